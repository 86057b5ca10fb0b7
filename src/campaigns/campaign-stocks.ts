import type { Db } from '../plumbing/storage/database.ts'
import type { CampaignCoupon } from '../plumbing/storage/schema.ts'
import { goodsTagSet } from '../stocks/goods-tags.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'
import type { CampaignFile } from './campaign-file.ts'
import type { Fault } from './faults.ts'
import { type StockMisfit, stockMisfits } from './stock-misfits.ts'
import { stocksNamed } from './stocks-named.ts'

/** What is wrong with the stocks that a campaign wants to give, and what its operator should know about them. */
export async function bindStocks(
  db: Db,
  merchantId: number,
  campaign: CampaignFile,
): Promise<{ faults: Fault[]; notes: string[] }> {
  const wanted = couponsByPath(campaign)
  const ids = [...new Set(wanted.map(({ coupon }) => coupon.stock_id))]
  const stocks = await stocksNamed(db, merchantId, ids)
  const faults = wanted.flatMap(({ path, coupon }) => couponFault(path, coupon, stocks.get(coupon.stock_id)))
  const notes = [...stocks.values()].flatMap((stock) => stockNotes(stock, campaign))
  if (campaign.kind === 'spend' && campaign.coupons.length > 0) {
    notes.push('coupons is not used: the coupons of a spend campaign stand in its tiers')
  }
  return { faults, notes }
}

function couponsByPath({ kind, coupons, spend }: CampaignFile): { path: string; coupon: CampaignCoupon }[] {
  const lists = kind === 'spend' ? (spend?.tiers ?? []).map((tier) => tier.coupons) : [coupons]
  const prefix = (index: number) => (kind === 'spend' ? `spend.tiers[${index}].coupons` : 'coupons')
  return lists.flatMap((list, tier) => list.map((coupon, index) => ({ path: `${prefix(tier)}[${index}]`, coupon })))
}

function couponFault(path: string, { stock_id, count }: CampaignCoupon, stock: Stock | undefined): Fault[] {
  const field = `${path}.${stock ? 'count' : 'stock_id'}`
  if (!stock) {
    const english = `stock ${stock_id} has not been imported: run stock import first`
    return [{ field, english, chinese: `批次 ${stock_id} 还没有导入，请先在“微信优惠券”里导入` }]
  }
  const most = stock.max_coupons_per_user
  const english = `WeChat gives a member at most ${most} coupons of stock ${stock_id}`
  return count > most ? [{ field, english, chinese: `微信给每人最多 ${most} 张“${stock.name}”，请改少` }] : []
}

/** It would surprise a person at the till or on the page. */
function stockNotes(stock: Stock, campaign: CampaignFile): string[] {
  const name = `stock ${stock.stock_id}`
  const meaning = goodsTagSet(stock.goods_tags)?.meaning
  const words: Record<StockMisfit, string> = {
    off_shelf: `${name} is off the shelf (下架)`,
    not_running: `${name} is ${stock.status}, not running`,
    ends_before_campaign: `${name} can be used until ${stock.available_end.toISOString()} only`,
    begins_after_campaign: `${name} can be used from ${stock.available_begin.toISOString()} on`,
    elsewhere: `${name} cannot be used where the campaign says (${campaign.channel}): ${meaning}`,
    not_stackable: `${name} cannot be combined with general coupons: ${meaning}`,
  }
  const misfits = stockMisfits(stock, campaign).filter(
    (misfit) => campaign.state === 'published' || (misfit !== 'off_shelf' && misfit !== 'not_running'),
  )
  return misfits.map((misfit) => words[misfit])
}
