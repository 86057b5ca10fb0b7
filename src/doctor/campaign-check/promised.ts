import { roomOf } from '../../ledger/fullness.ts'
import { campaignLimitsOf } from '../../ledger/limits/limits.ts'
import type { Stock } from '../../plumbing/storage/schema/stock.ts'
import { type Checkable, type Checked, countIn, couponLists } from './checked.ts'

type Asked = Pick<Checked, 'services' | 'merchant' | 'now'>

/** The most coupons of the stock that the campaign can still give; undefined when nothing limits them. */
export async function promisedOf(asked: Asked, campaign: Checkable, stock: Stock): Promise<number | undefined> {
  const lists = couponLists(campaign).map((list) => ({ ...list, count: countIn(list.coupons, stock.stock_id) }))
  const giving = lists.filter(({ count }) => count > 0)
  const byTiers = giving.every(({ total }) => total !== undefined)
    ? giving.reduce((sum, { count, total }) => sum + count * total!, 0)
    : Infinity
  const byTotal = (await totalLeft(asked, campaign)) * Math.max(0, ...giving.map(({ count }) => count))
  const promised = Math.min(byTiers, byTotal)
  return promised === Infinity ? undefined : promised
}

async function totalLeft({ services, merchant, now }: Asked, campaign: Checkable): Promise<number> {
  const total = campaignLimitsOf({ campaign, tier: undefined, at: now }).find(({ name }) => name === 'total')
  if (!total) return Infinity
  const { taken } = await roomOf(services.db, merchant.id, total)
  return Math.max(0, total.limit - taken)
}
