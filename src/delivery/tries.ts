import type { OwedCoupon } from '../ledger/coupon.ts'
import type { Services } from '../services.ts'
import type { OutcomeRow } from '../ledger/outcomes/outcome.ts'
import { outcomes } from '../ledger/outcomes/outcomes.ts'

/**
 * True when WeChat must be asked once more after a pause before this answer is believed. RULE_LIMIT was seen to be
 * false while another send to the same member was in progress (docs/wechat/pay-v3.md 3.3), and our ledger has given the
 * coupon a place under the stock's own limit.
 */
export async function isAskedOnceMore(services: Services, coupon: OwedCoupon, row: OutcomeRow): Promise<boolean> {
  return row.askOnceMore === true && (await countTries(services, coupon, askedOnceMore)) === 0
}

/** Returns how often this coupon got answers that may concern only itself or its member. */
export function suspiciousTries(services: Services, coupon: OwedCoupon): Promise<number> {
  return countTries(services, coupon, suspicious)
}

const askedOnceMore = outcomes.filter((row) => row.askOnceMore).map((row) => row.name)
const suspicious = outcomes.filter((row) => row.halts === 'by_several').map((row) => row.name)

async function countTries({ db }: Services, coupon: OwedCoupon, names: string[]): Promise<number> {
  if (coupon.attempts === 0) return 0
  const { tries } = await db
    .selectFrom('attempts')
    .select((eb) => eb.fn.countAll<number>().as('tries'))
    .where('coupon_row', '=', coupon.id)
    .where('outcome', 'in', names)
    .executeTakeFirstOrThrow()
  return Number(tries)
}
