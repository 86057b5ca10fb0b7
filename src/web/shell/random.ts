import { randomFillSync } from 'node:crypto'

/** Random bytes are drawn in bulk: one call a request would cost more than everything else a page is made of. */
const pool = Buffer.allocUnsafe(4_096)
let used = pool.length

/** A random text of `bytes` bytes that fits into an address, an attribute or a header as it is; `hex` reads out best. */
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
