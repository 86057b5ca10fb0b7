import { beijingOffset } from '../../plumbing/clock.ts'
import type { Refund } from '../pay/refund.ts'
import { readRefund } from '../pay/refund.ts'
import type { XmlFields } from './xml.ts'

/** A v2 refund as a v3 one (docs/wechat/payment-triggers.md 1.6); undefined when it is not a refund. */
export function readV2Refund(fields: XmlFields): Refund | undefined {
  return readRefund({
    out_trade_no: fields.out_trade_no,
    transaction_id: fields.transaction_id,
    out_refund_no: fields.out_refund_no,
    refund_id: fields.refund_id,
    refund_status: fields.refund_status,
    // `yyyy-MM-dd HH:mm:ss`: Beijing time, without an offset.
    success_time: fields.success_time && `${fields.success_time.replace(' ', 'T')}${beijingOffset}`,
    amount: { total: fields.total_fee, refund: fields.refund_fee, payer_refund: fields.cash_refund_fee },
  })
}
