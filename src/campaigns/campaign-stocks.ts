import type { Db } from '../plumbing/storage/database.ts'
import type { CampaignCoupon } from '../plumbing/storage/schema.ts'
import { goodsTagSet } from '../stocks/goods-tags.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'
import type { CampaignFile } from './campaign-file.ts'
import { type StockMisfit, stockMisfits } from './stock-misfits.ts'

/** What is wrong with the stocks that a campaign wants to give, and what its operator should know about them. */
export async function bindStocks(
  db: Db,
  merchantId: number,
  campaign: CampaignFile,
): Promise<{ faults: string[]; notes: string[] }> {
  const wanted = couponsByPath(campaign)
  const ids = [...new Set(wanted.map(({ coupon }) => coupon.stock_id))]
  const stocks = await readStocks(db, merchantId, ids)
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

async function readStocks(db: Db, merchantId: number, ids: string[]): Promise<Map<string, Stock>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('stocks')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('stock_id', 'in', ids)
    .execute()
  return new Map(rows.map((stock) => [stock.stock_id, stock]))
}

function couponFault(path: string, coupon: CampaignCoupon, stock: Stock | undefined): string[] {
  if (!stock) return [`${path}.stock_id: stock ${coupon.stock_id} has not been imported: run stock import first`]
  const most = stock.max_coupons_per_user
  return coupon.count > most
    ? [`${path}.count: WeChat gives a member at most ${most} coupons of stock ${coupon.stock_id}`]
    : []
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
