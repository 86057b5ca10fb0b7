import { RateLimiterMemory } from 'rate-limiter-flexible'
import { type Cache, kept } from '../plumbing/cache.ts'

/**
 * A member's pages make WeChat be asked at most this often in a minute, of each kind and in each process. A page that
 * waits looks again every three to five seconds.
 */
const mostPerMinute = 20

const limiters = kept<string, RateLimiterMemory>({ most: 10 })

/**
 * Counts one question at WeChat that this member causes; false when it must not be asked now. Orders and cards are named
 * in addresses, where anybody can write anything.
 */
export async function mayAsk(
  cache: Cache,
  kind: 'order' | 'card' | 'coupon',
  merchant: { id: number },
  openid: string,
): Promise<boolean> {
  const open = () => new RateLimiterMemory({ points: mostPerMinute, duration: 60 })
  const counted = cache.make(limiters, kind, open).consume(`${merchant.id}/${openid}`)
  return counted.then(
    () => true,
    () => false,
  )
}
