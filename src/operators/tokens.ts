import { createHash, randomBytes } from 'node:crypto'

/** 256 bits cannot be guessed, so a plain hash of them is as good as a slow one. */
const tokenBytes = 32
const tokenShape = /^[\w-]{43}$/

/** A random text that is given away once: in a cookie or in a link. Only its hash is stored. */
export function newToken(): string {
  return randomBytes(tokenBytes).toString('base64url')
}

/** The hash under which a token is stored; undefined for a text that is no token, so that nobody asks the database. */
export function hashOfToken(token: string): string | undefined {
  return tokenShape.test(token) ? hashOf(token) : undefined
}

/** SHA-256 as hex, for texts that nobody can guess. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
