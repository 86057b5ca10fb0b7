import { beijingTime } from '../plumbing/clock.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import { goodsTagSet } from '../stocks/goods-tags.ts'
import { creatorOf, readLiveStock } from '../stocks/live-stock.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'
import { isNearlyEmpty } from '../stocks/stock-state.ts'
import { Unusable } from '../plumbing/unusable.ts'
import { statedTags } from '../stocks/stated-tags.ts'
import { stockFaults } from '../stocks/stock-rules.ts'
import type { StockDetail } from '../wechat/pay/favor.ts'
import { finding, type Finding } from './findings.ts'

/** Whether a stock can be sent now, by WeChat's details (docs/going-live.md, steps 9 to 11). */
export async function checkStock(services: Services, merchant: Merchant, stock: string): Promise<Finding[]> {
  const known = await services.catalog.stock(merchant.id, stock)
  try {
    const creatorMchid = creatorOf(merchant, stock, known?.creator_mchid)
    const detail = await readLiveStock(services, merchant, { stockId: stock, creatorMchid })
    const now = services.clock.now()
    return [
      finding('stock_readable', { stock, name: detail.stock_name }),
      detail.status === 'running'
        ? finding('stock_running', { stock })
        : finding('stock_not_running', { stock, status: detail.status }),
      checkWindow(stock, detail, now),
      checkKind(stock, detail, creatorMchid),
      checkTags(stock, detail, known),
      checkLeft(stock, detail),
    ]
  } catch (error) {
    if (error instanceof Unusable) return [finding('stock_unreadable', { stock, said: error.faults.join('; ') })]
    throw error
  }
}

function checkWindow(stock: string, detail: StockDetail, now: Date): Finding {
  const facts = { stock, begin: beijingTime(detail.available_begin_time), end: beijingTime(detail.available_end_time) }
  if (detail.available_end_time <= now) return finding('stock_over', facts)
  return finding(detail.available_begin_time > now ? 'stock_not_begun' : 'stock_in_window', facts)
}

/** Every fault beside state and window, which have their own findings. */
function checkKind(stock: string, detail: StockDetail, creatorMchid: string): Finding {
  const faults = stockFaults({ ...detail, status: 'running' }, { creatorMchid, now: detail.available_begin_time })
  return faults.length > 0
    ? finding('stock_unfit', { stock, faults: faults.map(({ english }) => english).join('; ') })
    : finding('stock_fit', { stock })
}

function checkTags(stock: string, detail: StockDetail, known: Stock | undefined): Finding {
  const stated = known?.goods_tags_from === 'operator' ? known.goods_tags : undefined
  const tags = statedTags(detail.stock_use_rule?.goods_tag ?? [], stated)
  if ('fault' in tags) return finding('stock_tags_wrong', { stock, fault: tags.fault })
  const facts = { stock, tags: tags.tags.join('+'), meaning: goodsTagSet(tags.tags)?.meaning }
  return finding(tags.from === 'wechat' ? 'stock_tags_right' : 'stock_tags_hidden', facts)
}

function checkLeft(stock: string, detail: StockDetail): Finding {
  const total = detail.stock_use_rule?.max_coupons ?? 0
  const left = Math.max(0, total - (detail.distributed_coupons ?? 0))
  if (left === 0) return finding('stock_empty', { stock, total })
  return finding(isNearlyEmpty(left, total) ? 'stock_nearly_empty' : 'stock_left', { stock, left, total })
}
