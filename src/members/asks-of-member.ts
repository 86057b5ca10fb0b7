import { RateLimiterMemory } from 'rate-limiter-flexible'
import { type Cache, kept } from '../plumbing/cache.ts'

/** What is asked about: the order, card or coupon of a member, or the order on a receipt, which names no member. */
export type AskKind = 'order' | 'card' | 'coupon' | 'receipt'

/**
 * A member's pages make WeChat be asked at most this often in a minute, of each kind and in each process. A page that
 * waits looks again every three to five seconds. All receipts of a merchant together have the last number: they are
 * asked about only before any message of the payment has arrived.
 */
const mostPerMinute: Record<AskKind, number> = { order: 20, card: 20, coupon: 20, receipt: 30 }

const limiters = kept<string, RateLimiterMemory>({ most: 10 })

/**
 * Counts one question at WeChat that this member causes; false when it must not be asked now. Orders and cards are named
 * in addresses, where anybody can write anything.
 */
export async function mayAsk(cache: Cache, kind: AskKind, merchant: { id: number }, openid: string): Promise<boolean> {
  const open = () => new RateLimiterMemory({ points: mostPerMinute[kind], duration: 60 })
  const counted = cache.make(limiters, kind, open).consume(`${merchant.id}/${openid}`)
  return counted.then(
    () => true,
    () => false,
  )
}
