import { RateLimiterMemory } from 'rate-limiter-flexible'
import { type Cache, kept } from '../plumbing/cache.ts'

/**
 * What is asked about: the order, card or coupon of a member, or the order on a receipt, which names no member.
 * `kept_order`: an order that is to be asked about again by itself.
 */
export type AskKind = 'order' | 'card' | 'coupon' | 'receipt' | 'kept_order'

const [minute, day] = [60, 86_400]

/**
 * A member's pages make WeChat be asked at most this often (`points` in `duration` seconds), of each kind and in each
 * process. A page that waits looks again every three to five seconds, and a use is to be seen ten seconds after it. All receipts of a merchant together have one number:
 * they are asked about only before any message of the payment has arrived. Orders are kept for a day or more, and a
 * merchant has room for some hundred.
 */
const most: Record<AskKind, { points: number; duration: number }> = {
  order: { points: 20, duration: minute },
  card: { points: 20, duration: minute },
  coupon: { points: 3, duration: 10 },
  receipt: { points: 30, duration: minute },
  kept_order: { points: 10, duration: day },
}

const limiters = kept<string, RateLimiterMemory>({ most: 10 })

/**
 * Counts one question at WeChat that this member causes; false when it must not be asked now. Orders and cards are named
 * in addresses, where anybody can write anything.
 */
export async function mayAsk(cache: Cache, kind: AskKind, merchant: { id: number }, openid: string): Promise<boolean> {
  const open = () => new RateLimiterMemory(most[kind])
  const counted = cache.make(limiters, kind, open).consume(`${merchant.id}/${openid}`)
  return counted.then(
    () => true,
    () => false,
  )
}
