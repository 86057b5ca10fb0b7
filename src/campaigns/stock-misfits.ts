import type { Campaign } from '../plumbing/storage/schema/campaign.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'
import { goodsTagSet } from '../stocks/goods-tags.ts'

/** How a stock does not fit what a campaign says of itself. None of this stops a coupon from being sent at once. */
export type StockMisfit =
  'off_shelf' | 'not_running' | 'ends_before_campaign' | 'begins_after_campaign' | 'elsewhere' | 'not_stackable'

type Said = Pick<Campaign, 'starts_at' | 'ends_at' | 'stackable'> & { channel?: string | null | undefined }

/** Each misfit of a stock, in the order in which operators read of them. */
export function stockMisfits(stock: Stock, campaign: Said): StockMisfit[] {
  const tags = goodsTagSet(stock.goods_tags)
  const { channel } = campaign
  const names: [StockMisfit, boolean | undefined][] = [
    ['off_shelf', !stock.on_shelf],
    ['not_running', stock.status !== 'running'],
    ['ends_before_campaign', campaign.ends_at > stock.available_end],
    ['begins_after_campaign', campaign.starts_at < stock.available_begin],
    [
      'elsewhere',
      tags && tags.place !== 'both' && ['store', 'online'].includes(channel ?? '') && tags.place !== channel,
    ],
    ['not_stackable', campaign.stackable && tags && !tags.stackable],
  ]
  return names.flatMap(([name, stands]) => (stands ? [name] : []))
}
