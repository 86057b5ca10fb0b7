import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { Cache } from '../plumbing/cache.ts'
import type { Config } from '../plumbing/config/config.ts'
import { inTurn } from './password-queue.ts'

const derive = promisify(scrypt) as (
  password: string,
  salt: Buffer,
  length: number,
  options: { N: number; r: number; p: number; maxmem: number },
) => Promise<Buffer>

/** With N = 2^15: 32 MiB, about a tenth of a second. */
const cost = { r: 8, p: 3 }
/** 128 · N · r and what scrypt needs besides. */
const memoryBytes = 64 * 1024 * 1024
const saltBytes = 16
const hashBytes = 32

type Worker = { cache: Cache; config: Pick<Config, 'passwordLog2N'> }

/** The password as it is stored: `scrypt$15$8$3$<salt>$<hash>`. `isKnown`: asked from a browser that we know. */
export async function hashPassword({ cache, config }: Worker, password: string, isKnown = true): Promise<string> {
  const salt = randomBytes(saltBytes)
  const log2N = config.passwordLog2N
  const hash = await inTurn(cache, isKnown, () => hashed(password, salt, { log2N, ...cost }))
  return ['scrypt', log2N, cost.r, cost.p, salt.toString('base64url'), hash.toString('base64url')].join('$')
}

/**
 * True when `password` is the stored one. Without a stored one it takes the same work and is false, so that nobody can
 * tell by the time whether there is such a person. Throws `Declined` (busy).
 */
export async function passwordHolds(
  { cache, config }: Worker,
  password: string,
  stored: string | null | undefined,
  isKnown: boolean,
): Promise<boolean> {
  const [, log2N, r, p, salt = '', hash = ''] = (stored ?? nobodys(config.passwordLog2N)).split('$')
  const asStored = { log2N: Number(log2N), r: Number(r), p: Number(p) }
  const given = await inTurn(cache, isKnown, () => hashed(password, Buffer.from(salt, 'base64url'), asStored))
  const expected = Buffer.from(hash, 'base64url')
  return stored != null && expected.length === given.length && timingSafeEqual(expected, given)
}

function nobodys(log2N: number): string {
  return `scrypt$${log2N}$${cost.r}$${cost.p}$${'A'.repeat(22)}$${'A'.repeat(43)}`
}

/** One text may be typed as different code points on different keyboards (Unicode NFKC makes them one). */
function hashed(password: string, salt: Buffer, { log2N, r, p }: typeof cost & { log2N: number }): Promise<Buffer> {
  return derive(password.normalize('NFKC'), salt, hashBytes, { N: 2 ** log2N, r, p, maxmem: memoryBytes })
}
