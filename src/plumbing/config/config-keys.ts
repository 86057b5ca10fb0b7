import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { closeFile, makePrivateFolder } from '../files/private.ts'

/** AES-256 takes exactly this many bytes. */
const masterKeyBytes = 32
const cookieKeyLength = 32
/** 32 random bytes practically never have fewer different values than this. */
const differentBytesAtLeast = 16
const differentLettersAtLeast = 10

/** MASTER_KEY: base64 of 32 random bytes, several separated by commas. */
export const masterKeys = z
  .string()
  .transform((text) => text.split(',').map((key) => Buffer.from(key.trim(), 'base64')))
  .refine((keys) => keys.every((key) => key.length === masterKeyBytes), {
    error: 'must be base64 of 32 bytes, several separated by commas',
    abort: true,
  })
  .refine((keys) => keys.every((key) => new Set(key).size >= differentBytesAtLeast), 'is weak: use 32 random bytes')

/** COOKIE_KEYS: several separated by commas. */
export const cookieKeys = z
  .string()
  .transform((text) => text.split(',').map((key) => key.trim()))
  .refine((keys) => keys.every((key) => key.length >= cookieKeyLength), {
    error: 'must have at least 32 characters each',
    abort: true,
  })
  .refine((keys) => keys.every((key) => new Set(key).size >= differentLettersAtLeast), 'is weak: use random characters')

/** A key for development, base64 of 32 random bytes, made once and kept in `dataDir` where only its owner may read it. */
export function developmentKey(dataDir: string, name: 'master' | 'cookie'): string {
  const file = join(dataDir, `${name}.key`)
  makePrivateFolder(dataDir)
  try {
    // `wx` fails when the file exists: of two processes that start together, one writes and both read the same key.
    writeFileSync(file, randomBytes(masterKeyBytes).toString('base64'), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    // Copied from somewhere, it may have come open to everybody.
    closeFile(file)
  }
  return readFileSync(file, 'utf8').trim()
}
