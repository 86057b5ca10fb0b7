import { mayAsk } from '../members/asks-of-member.ts'
import type { Merchant } from '../merchants/merchant.ts'
import { kept } from '../plumbing/cache.ts'
import { within } from '../plumbing/within.ts'
import type { Services } from '../services.ts'
import { askCoupon, type SentCoupon } from './ask-coupon.ts'
import type { Fate } from './fates.ts'
import type { Standing } from './standing.ts'

export type OwnCoupon = SentCoupon & { fate: Fate; standing: Standing }

/** One visit asks about so many coupons at most; the next visit asks about the next ones. */
const mostPerVisit = 3
/** A coupon is asked about at most once in this time, whatever the answer: a page is true some seconds after a use. */
const freshMs = 5_000
/** The page waits no longer than this; an answer that comes later is shown by the next visit. */
const pageMs = 400
const patience = { turnMs: 300, timeoutMs: 2_500 }

/** Coupons that were asked about lately, in this process; what WeChat answered is in the ledger for all. */
const asked = kept<string, true>({ most: 20_000, ageMs: freshMs })

/**
 * Asks WeChat about those of a member's own coupons of which it may know more than we do. Returns when all answers are
 * written, or at the end of the page's patience; true when there may be something new. Never throws.
 */
export async function askForMember(
  services: Services,
  merchant: Merchant,
  openid: string,
  coupons: OwnCoupon[],
): Promise<boolean> {
  const now = services.clock.now()
  const due = coupons.filter((one) => isDue(one, now) && !services.cache.get(asked, keyOf(merchant, one)))
  const chosen = due.toSorted((a, b) => urgency(a) - urgency(b)).slice(0, mostPerVisit)
  const asking = chosen.map((one) => askOne(services, merchant, openid, one))
  return within(pageMs, Promise.all(asking)).then(
    (told) => told.some(Boolean),
    () => true,
  )
}

async function askOne(services: Services, merchant: Merchant, openid: string, coupon: OwnCoupon): Promise<boolean> {
  if (!(await mayAsk(services.cache, 'coupon', merchant, openid))) return false
  services.cache.set(asked, keyOf(merchant, coupon), true)
  try {
    return (await askCoupon(services, merchant, coupon, patience)).kind === 'told'
  } catch (error) {
    services.log.warn({ err: error, merchant: merchant.slug }, 'what became of a coupon could not be asked')
    return false
  }
}

/** What is used for sure, or expired by WeChat's own word, does not change any more. */
function isDue({ fate, standing }: OwnCoupon, now: Date): boolean {
  const { answer } = fate
  if (answer && now.getTime() - answer.checked_at.getTime() < freshMs && !standing.isUnsure) return false
  return standing.isUnsure || (standing.state !== 'used' && answer?.state !== 'EXPIRED')
}

/** First where a refund leaves it open, then where WeChat was never asked, then the oldest answer. */
function urgency({ fate, standing }: OwnCoupon): number {
  if (standing.isUnsure) return -2
  return fate.answer ? fate.answer.checked_at.getTime() : -1
}

function keyOf(merchant: Merchant, { couponId }: OwnCoupon): string {
  return `${merchant.id}/${couponId}`
}
