import type { Merchant } from '../merchants/merchant.ts'

/** The order that a receipt is about, as WeChat's page names it (docs/wechat/gold-plan.md 3). */
export type ReceiptOrder = { subMchid: string; outTradeNo: string }

const orderShape = /^[0-9A-Za-z_|*@-]{1,64}$/

/** The order of a receipt's query; undefined when it names none, or a number that is not this merchant's. */
export function orderOf(merchant: Merchant, query: Record<string, unknown>): ReceiptOrder | undefined {
  const { sub_mch_id: subMchid, out_trade_no: outTradeNo } = query
  if (typeof subMchid !== 'string' || typeof outTradeNo !== 'string' || !orderShape.test(outTradeNo)) return undefined
  return merchant.accounts.some(({ mchid }) => mchid === subMchid) ? { subMchid, outTradeNo } : undefined
}
