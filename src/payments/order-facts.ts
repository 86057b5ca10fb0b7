import type { Merchant } from '../merchants/merchant.ts'
import type { CombinedPayment, Payment as Order } from '../wechat/pay/payment.ts'
import type { Payment } from './payment.ts'

/** What an order means. If it cannot earn anything, `why` says so; it is kept and acknowledged all the same. */
export type OrderFact = { kind: 'payment'; payment: Payment } | { kind: 'ignored'; why: string }

/**
 * Returns what WeChat's report of an order means for this merchant. It is a payment if the order is paid, in CNY,
 * placed under this merchant's numbers, and by a payer with an openid under the merchant's appid
 * (docs/wechat/payment-triggers.md 1.4). A combined order means several payments. `mchid` is the number whose keys
 * proved the message.
 */
export function factsOfOrder(merchant: Merchant, mchid: string, order: Order, source: Payment['source']): OrderFact[] {
  if (order.shape === 'combined') return factsOfCombined(merchant, mchid, order, source)
  const partner = order.shape === 'partner'
  return [
    factOf(merchant, mchid, source, {
      placedBy: partner ? order.sp_mchid : order.mchid,
      subMchid: partner ? order.sub_mchid : undefined,
      payers: partner
        ? [
            [order.sub_appid, order.payer?.sub_openid],
            [order.sp_appid, order.payer?.sp_openid],
          ]
        : [[order.appid, order.payer?.openid]],
      total: order.amount?.total,
      payerTotal: order.amount?.payer_total,
      currency: order.amount?.currency,
      outTradeNo: order.out_trade_no,
      transactionId: order.transaction_id,
      state: order.trade_state,
      paidAt: order.success_time,
      promotions: order.promotion_detail,
    }),
  ]
}

function factsOfCombined(
  merchant: Merchant,
  mchid: string,
  order: CombinedPayment,
  source: Payment['source'],
): OrderFact[] {
  return order.sub_orders.map((one) =>
    factOf(merchant, mchid, source, {
      placedBy: order.combine_mchid,
      // A sub-order belongs to its own merchant number, which may differ from that of the combined order.
      subMchid: one.sub_mchid ?? one.mchid,
      payers: [
        [one.sub_appid, one.sub_openid],
        [order.combine_appid, order.combine_payer_info?.openid],
      ],
      total: one.amount?.total_amount,
      payerTotal: one.amount?.payer_amount,
      currency: one.amount?.currency,
      outTradeNo: one.out_trade_no,
      transactionId: one.transaction_id,
      state: one.trade_state,
      paidAt: one.success_time,
      promotions: one.promotion_detail,
    }),
  )
}

type Told = {
  placedBy: string
  subMchid: string | undefined
  /** Pairs of an appid and the payer's openid under it, as far as the order names them. */
  payers: [string | undefined, string | undefined][]
  total: number | undefined
  payerTotal: number | undefined
  currency: string | undefined
  outTradeNo: string
  transactionId: string | undefined
  state: string
  paidAt: Date | undefined
  promotions: { stock_id?: string; coupon_id?: string; amount?: number; type?: string }[]
}

function factOf(merchant: Merchant, mchid: string, source: Payment['source'], told: Told): OrderFact {
  if (told.placedBy !== mchid) return ignored(`placed by ${told.placedBy}, proven by ${mchid}`)
  const receiver = told.subMchid ?? told.placedBy
  if (!merchant.accounts.some((account) => account.mchid === receiver))
    return ignored(`paid to ${receiver}, not a number of this merchant`)
  if (told.state !== 'SUCCESS') return ignored(`in state ${told.state}`)
  if (told.currency !== undefined && told.currency !== 'CNY') return ignored(`in ${told.currency}`)
  const openid = told.payers.find(
    ([appid, payer]) => appid === merchant.officialAccount.appid && payer !== undefined,
  )?.[1]
  if (!openid) return ignored("without a payer under the merchant's appid")
  const { transactionId, paidAt, total } = told
  if (!transactionId || !paidAt || total === undefined || total < 0)
    return ignored('without its number, time or amount')
  const payment: Payment = {
    transactionId,
    outTradeNo: told.outTradeNo,
    mchid: told.placedBy,
    subMchid: told.subMchid,
    openid,
    total,
    payerTotal: Math.max(0, told.payerTotal ?? total),
    promotions: told.promotions.map(({ stock_id, coupon_id, amount, type }) => ({ stock_id, coupon_id, amount, type })),
    // WeChat never returns an order's tag (docs/wechat/payment-triggers.md 6.3).
    goodsTag: undefined,
    paidAt,
    source,
  }
  return { kind: 'payment', payment }
}

function ignored(why: string): OrderFact {
  return { kind: 'ignored', why }
}
