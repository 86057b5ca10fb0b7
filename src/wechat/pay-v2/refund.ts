import type { Refund } from '../pay/refund.ts'
import { readRefund } from '../pay/refund.ts'
import type { XmlFields } from './xml.ts'

/** A v2 refund in the words of v3 (docs/wechat/payment-triggers.md 1.6); undefined when it is none. */
export function readV2Refund(fields: XmlFields): Refund | undefined {
  return readRefund({
    out_trade_no: fields.out_trade_no,
    transaction_id: fields.transaction_id,
    out_refund_no: fields.out_refund_no,
    refund_id: fields.refund_id,
    refund_status: fields.refund_status,
    // `yyyy-MM-dd HH:mm:ss`, Beijing time without saying so.
    success_time: fields.success_time && `${fields.success_time.replace(' ', 'T')}+08:00`,
    amount: { total: fields.total_fee, refund: fields.refund_fee, payer_refund: fields.cash_refund_fee },
  })
}
