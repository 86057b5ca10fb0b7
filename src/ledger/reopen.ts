import type { Db } from '../plumbing/storage/database.ts'
import { memberMark } from '../members/member-mark.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { Campaign } from '../plumbing/storage/schema/campaign.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'
import { outRequestNo, requestBody } from './ids.ts'
import { type Limit, limitsOf } from './limits/limits.ts'
import { takePlace } from './take-places.ts'
import { holdCampaign, lockGrant } from './locks.ts'

export type Reopening = {
  merchant: Merchant
  grant: { id: string; campaign_id: number; openid: string; tier: number | null; earned_at: Date }
  /** The stocks of the grant's refused coupons, by `stocks.id`. */
  stocks: Map<number, Stock>
  /** Gives each coupon another number at the same place, because WeChat keeps refusing the old one. */
  newNumber: boolean
  at: Date
}

/** The coupons cannot be owed again; nothing was changed. The message is for an operator. */
export class NotReopened extends Error {}

type CouponRow = {
  id: string
  account_id: number
  stock_ref: number
  place: number | null
  out_request_no: string
  request: string
  generation: number
  doubt_ended_at: Date | null
}

/**
 * Makes the refused coupons of a grant owed again, in the caller's transaction, and takes the places that the grant no
 * longer holds. It reads them under the grant's lock, so that a refusal at the same moment comes before or after. A
 * coupon takes its old place if that is free, and keeps its number; otherwise it takes another place and gets the
 * number of that place. Throws `NotReopened`.
 */
export async function reopenIn(trx: Db, reopening: Reopening): Promise<void> {
  const { grant, merchant, newNumber, at } = reopening
  // The lock keeps the campaign's limits unchanged while places are taken.
  const campaign = await holdCampaign(trx, grant.campaign_id)
  const { refunded_at } = await lockGrant(trx, grant.id)
  if (refunded_at) throw new NotReopened('its payment was refunded: nothing is owed')
  const refused = await trx
    .selectFrom('coupons')
    .select(['id', 'account_id', 'stock_ref', 'place', 'out_request_no', 'request', 'generation', 'doubt_ended_at'])
    .where('grant_id', '=', grant.id)
    .where('state', '=', 'refused')
    .where('doubt_since', 'is', null)
    // These were taken back, because another tier was earned instead.
    .where('reason', 'is distinct from', 'not_eligible')
    .orderBy('ordinal')
    .execute()
  if (newNumber && refused.some(({ doubt_ended_at }) => doubt_ended_at))
    throw new NotReopened('it was in doubt once, and what did not show then may show yet: it keeps its number')
  const held = await trx.selectFrom('slots').select(['scope', 'coupon_row']).where('grant_id', '=', grant.id).execute()
  if (refused.length > 0) await takeGrantPlaces(trx, { ...reopening, campaign }, held)
  for (const coupon of refused) {
    const changes = await takeCouponPlace(trx, { ...reopening, campaign }, coupon)
    await trx
      .updateTable('coupons')
      .set({ state: 'reserved', reason: null, due_at: at, settled_at: null, set_aside: false, ...changes })
      .where('id', '=', coupon.id)
      .execute()
  }
  // Coupons that were set aside for an operator are tried again: an operator asked for this.
  await trx
    .updateTable('coupons')
    .set({ set_aside: false, due_at: at })
    .where('grant_id', '=', grant.id)
    .where('merchant_id', '=', merchant.id)
    .where('set_aside', '=', true)
    .execute()
}

type Locked = Reopening & { campaign: Campaign }

function limitsOfGrant({ merchant, campaign, grant }: Locked, coupons: { stock: Stock; count: number }[]): Limit[] {
  const mark = memberMark(merchant, grant.openid)
  return limitsOf({ campaign, mark, coupons, tier: grant.tier ?? undefined, at: grant.earned_at })
}

async function takeGrantPlaces(trx: Db, reopening: Locked, held: { scope: string }[]): Promise<void> {
  const { merchant, grant } = reopening
  for (const limit of limitsOfGrant(reopening, [])) {
    if (held.some((slot) => slot.scope === limit.scope)) continue
    const taking = { merchantId: merchant.id, grantId: grant.id, couponRow: null, limit }
    if ((await takePlace(trx, taking)) === undefined) throw new NotReopened(`the limit ${limit.scope} is full`)
  }
}

/** Returns the columns of the coupon that change beside its state. */
async function takeCouponPlace(trx: Db, reopening: Locked, coupon: CouponRow) {
  const { merchant, grant, stocks, newNumber } = reopening
  const stock = stocks.get(coupon.stock_ref)
  const mchid = merchant.accounts.find((account) => account.id === coupon.account_id)?.mchid
  if (!stock || !mchid) throw new Error(`the stock or account of coupon ${coupon.id} is gone`)
  const [limit] = limitsOfGrant(reopening, [{ stock, count: 1 }]).filter((one) => one.stockRef === stock.id) as [Limit]
  const taking = { merchantId: merchant.id, grantId: grant.id, couponRow: coupon.id, limit }
  const place = await takePlace(trx, coupon.place === null ? taking : { ...taking, wish: coupon.place })
  if (place === undefined) throw new NotReopened(`the limit ${limit.scope} is full`)
  if (place === coupon.place && !newNumber) return {}
  const generation = newNumber ? coupon.generation + 1 : 0
  const { appid } = merchant.officialAccount
  const named = { slug: merchant.slug, appid, mchid, stock, openid: grant.openid, place, generation }
  return { place, generation, out_request_no: outRequestNo(named), request: requestBody(named) }
}
