import { createHash } from 'node:crypto'
import type { ReceiptOrder } from './order.ts'

/**
 * The check_code that follows from the published rule, MD5 of the configured link with the order and its transaction
 * (docs/wechat/gold-plan.md 4). WeChat's own example does not follow it, so nothing may depend on it.
 */
export function checkCodeOf(link: string, order: ReceiptOrder, transactionId: string): string {
  const text = `${link}?sub_mch_id=${order.subMchid}&out_trade_no=${order.outTradeNo}&transaction_id=${transactionId}`
  return createHash('md5').update(text).digest('hex')
}
