import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import type { StockDetail } from '../wechat/pay/favor.ts'
import { creatorOf, readLiveStock } from './live-stock.ts'
import { type StockFault, stockFaults } from './stock-rules.ts'

/** A stock as WeChat shows it to the merchant's sender. */
export type StockOnOffer = {
  stockId: string
  creatorMchid: string
  detail: StockDetail
  /** Its 订单优惠标记; none where WeChat hides them. */
  shownTags: string[]
  /** Why it cannot be sent, its tags aside. */
  faults: StockFault[]
}

/** Reads a stock that may be imported, and stores nothing. Throws `Unusable` when WeChat does not show it. */
export async function lookAtStock(
  services: Services,
  merchant: Merchant,
  { stockId, creatorMchid: named }: { stockId: string; creatorMchid?: string | undefined },
): Promise<StockOnOffer> {
  const creatorMchid = creatorOf(merchant, stockId, named)
  const detail = await readLiveStock(services, merchant, { stockId, creatorMchid })
  const faults = stockFaults(detail, { creatorMchid, now: services.clock.now() })
  return { stockId, creatorMchid, detail, shownTags: detail.stock_use_rule?.goods_tag ?? [], faults }
}
