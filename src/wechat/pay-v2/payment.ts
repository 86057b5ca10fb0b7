import { paymentSchema, type Payment } from '../pay/payment.ts'
import { maybe, whole } from '../pay/tolerant.ts'
import type { XmlFields } from './xml.ts'

/**
 * Our own type, of an entry that is not one coupon: what all not prefunded coupons of an order deducted together, in
 * fen. With it, their own amounts are not needed.
 */
export const noCashTotal = 'NO_CASH_TOTAL'

/** A v2 payment as a v3 one, so that both are handled alike; undefined when it is not a successful payment. */
export function readV2Payment(fields: XmlFields): Payment | undefined {
  if (fields.return_code !== 'SUCCESS' || fields.result_code !== 'SUCCESS') return undefined
  const { appid, openid, mch_id, sub_appid, sub_mch_id, sub_openid } = fields
  const parties = sub_mch_id
    ? { sp_appid: appid, sp_mchid: mch_id, sub_appid, sub_mchid: sub_mch_id, payer: { sp_openid: openid, sub_openid } }
    : { appid, mchid: mch_id, payer: { openid } }
  return paymentSchema.safeParse({
    ...parties,
    out_trade_no: fields.out_trade_no,
    transaction_id: fields.transaction_id,
    trade_state: 'SUCCESS',
    success_time: fields.time_end,
    amount: { total: fields.total_fee, payer_total: fields.cash_fee, currency: fields.fee_type },
    promotion_detail: promotionsOf(fields),
  }).data
}

type Promotion = { coupon_id?: string; stock_id?: string; type?: string; amount?: number }

/**
 * The coupons of an order: single elements, or one JSON text when the order was placed with `version` (1.5 and [O16]).
 * Their types are often missing; the difference between the order's total and its settlement was not prefunded.
 */
function promotionsOf(fields: XmlFields): Promotion[] {
  const listed =
    fields.promotion_detail === undefined ? numberedCoupons(fields) : detailedPromotions(fields.promotion_detail)
  const [total, settlement] = [fen(fields.total_fee), fen(fields.settlement_total_fee)]
  if (total === undefined || settlement === undefined || settlement > total) return listed
  return [...listed, { type: noCashTotal, amount: total - settlement }]
}

function fen(text: string | undefined): number | undefined {
  return maybe(whole).safeParse(text).data
}

function numberedCoupons(fields: XmlFields): Promotion[] {
  return Object.keys(fields).flatMap((name) => {
    const number = /^coupon_id_(\d{1,2})$/.exec(name)?.[1]
    if (number === undefined) return []
    const amount = Number(fields[`coupon_fee_${number}`] ?? 0)
    return [{ coupon_id: fields[name], type: fields[`coupon_type_${number}`], amount }]
  })
}

function detailedPromotions(json: string): Promotion[] {
  try {
    const listed = (JSON.parse(json) as { promotion_detail?: unknown[] }).promotion_detail ?? []
    return (listed as Record<string, unknown>[]).map(({ promotion_id, activity_id, type, amount }) => ({
      coupon_id: String(promotion_id),
      stock_id: String(activity_id),
      type: String(type),
      amount: Number(amount),
    }))
  } catch {
    return []
  }
}
