import { sql } from 'kysely'
import type { Campaign } from '../plumbing/storage/schema/campaign.ts'
import type { Db } from '../plumbing/storage/database.ts'
import { memberMark } from '../members/member-mark.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'
import type { GivenBack } from './overshoots.ts'
import { isHeld } from './held.ts'
import { outRequestNo, requestBody } from './ids.ts'
import { limitsOf } from './limits/limits.ts'
import { recordAct } from './operator-acts.ts'
import { type OwedRow, owedForSure } from './owed-for-sure.ts'
import { senderFor } from './sender-choice.ts'
import { takePlace } from './take-places.ts'
import { holdCampaign, lockGrant } from './locks.ts'

export type Replacing = {
  merchant: Merchant
  grant: { id: string; campaign_id: number; openid: string; tier: number | null; earned_at: Date }
  /** The stock that the coupons come from afterwards. */
  stock: Stock
  reason: string
  at: Date
}

export type Replaced = { done: number; doubted: number; freed: GivenBack[] }

/** The coupons cannot be moved; nothing of the grant was changed. The message is for an operator. */
export class NotReplaced extends Error {}

/**
 * Moves the owed coupons of a grant to another stock, except those that were ever in doubt. Each coupon gives its old
 * place back, takes a place under the other stock's limit for the member, gets the number and body of that place, and
 * is due now (a coupon that the campaign holds keeps its time). One transaction, under the grant's lock. Throws
 * `NotReplaced` when the limit is full.
 */
export function replace(db: Db, replacing: Replacing): Promise<Replaced> {
  const { merchant, grant, stock, reason, at } = replacing
  return db.transaction().execute(async (trx) => {
    // The lock keeps the campaign's limits unchanged while places are taken.
    const campaign = await holdCampaign(trx, grant.campaign_id)
    await lockGrant(trx, grant.id)
    const { surely, doubted } = await owedForSure(trx, grant.id)
    const moved = surely.filter((coupon) => coupon.stock_ref !== stock.id)
    const freed: GivenBack[] = []
    for (const coupon of moved) freed.push(...(await move(trx, replacing, campaign, coupon)))
    if (moved.length > 0) {
      await recordAct(trx, { merchantId: merchant.id, grantId: grant.id, act: 'replaced', reason, at }, moved)
    }
    return { done: moved.length, doubted, freed }
  })
}

async function move(trx: Db, replacing: Replacing, campaign: Campaign, coupon: OwedRow): Promise<GivenBack[]> {
  const { merchant, grant, stock, at } = replacing
  const mark = memberMark(merchant, grant.openid)
  const sender = await senderFor(trx, merchant, campaign, { stockRef: stock.id, mark })
  const freed = await trx
    .deleteFrom('slots')
    .where('coupon_row', '=', coupon.id)
    .where('grant_id', '=', grant.id)
    .returning(['scope', 'number'])
    .execute()
  const coupons = [{ stock, count: 1 }]
  const limits = limitsOf({ campaign, mark, coupons, tier: grant.tier ?? undefined, at: grant.earned_at })
  const limit = limits.find((one) => one.stockRef === stock.id)!
  const place = await takePlace(trx, { merchantId: merchant.id, grantId: grant.id, couponRow: coupon.id, limit })
  if (place === undefined) throw new NotReplaced(`the member has all of stock ${stock.stock_id} that its limit allows`)
  const { appid } = merchant.officialAccount
  const named = { slug: merchant.slug, appid, mchid: sender.mchid, stock, openid: grant.openid, place }
  await trx
    .updateTable('coupons')
    .set({
      stock_ref: stock.id,
      account_id: sender.id,
      place,
      generation: 0,
      out_request_no: outRequestNo(named),
      request: requestBody(named),
      reason: null,
      set_aside: false,
      due_at: sql`case when ${isHeld(at)} then due_at else ${at} end`,
      attempts: 0,
    })
    .where('id', '=', coupon.id)
    .execute()
  return freed
}
