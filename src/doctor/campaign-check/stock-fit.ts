import { type StockMisfit, stockMisfits } from '../../campaigns/stock-misfits.ts'
import { beijingTime } from '../../plumbing/clock.ts'
import { goodsTagSet } from '../../stocks/goods-tags.ts'
import { type CampaignFinding, good, ofStock, stop } from './campaign-finding.ts'
import type { Checked, OfferedStock } from './checked.ts'

const places: Record<string, string> = { store: '门店', online: '线上商城' }

/** Whether the campaign's time is within each stock's, and the stock can be used as the campaign says. */
export function checkFit({ offers, campaign, now }: Checked): CampaignFinding[] {
  return offers.flatMap((offer) => fitOf(offer, campaign, now))
}

function fitOf({ stock }: OfferedStock, campaign: Checked['campaign'], now: Date): CampaignFinding[] {
  const { available_begin: begin, available_end: end } = stock
  const meaning = goodsTagSet(stock.goods_tags)?.meaning ?? stock.goods_tags.join('+')
  const said: Partial<Record<StockMisfit, CampaignFinding>> = {
    ends_before_campaign: stop(
      `活动到 ${beijingTime(campaign.ends_at)} 才结束，${ofStock(stock)}到 ${beijingTime(end)} 就不能用了`,
      `把活动结束时间改到 ${beijingTime(end)} 或更早，或换用到期更晚的批次`,
    ),
    begins_after_campaign: stop(
      `活动 ${beijingTime(campaign.starts_at)} 开始，${ofStock(stock)}从 ${beijingTime(begin)} 才能发`,
      `把活动开始时间改到 ${beijingTime(begin)} 或更晚`,
    ),
    elsewhere: stop(
      `活动说在${places[campaign.channel ?? ''] ?? campaign.channel}用，${ofStock(stock)}是${meaning}`,
      '改活动的使用场景，或换用订单优惠标记相符的批次',
    ),
    not_stackable: stop(
      `活动说可以与通用券同时用，${ofStock(stock)}是${meaning}`,
      '取消活动的“可叠加”，或换用可与通用券同时使用的批次',
    ),
  }
  // A stock that has begun, or is over, has its own finding or none.
  const misfits = stockMisfits(stock, campaign).filter(
    (misfit) => (misfit !== 'begins_after_campaign' || begin > now) && (misfit !== 'ends_before_campaign' || end > now),
  )
  const found = misfits.flatMap((misfit) => said[misfit] ?? [])
  return found.length > 0 ? found : [good(`${ofStock(stock)}可用到 ${beijingTime(end)}，${meaning}，与活动相符`)]
}
