import { randomFillSync } from 'node:crypto'

/** Random bytes are drawn in bulk: one call per request would cost more than everything else that makes a page. */
const pool = Buffer.allocUnsafe(4_096)
let used = pool.length

/**
 * A random text of `bytes` bytes that needs no escaping in an address, an attribute or a header; `hex` is best for
 * reading aloud.
 */
export function randomText(bytes: number, encoding: 'base64url' | 'hex' = 'base64url'): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const text = pool.toString(encoding, used, used + bytes)
  pool.fill(0, used, used + bytes)
  used += bytes
  return text
}
