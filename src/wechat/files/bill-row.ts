import { beijingTimeOf, type Columns, fenOf } from './cells.ts'

/** A row of a trade bill (docs/wechat/bills.md 4). Money in fen. */
export type BillRow = {
  line: number
  /** When it was paid; of a refund, when it was asked for. */
  at: Date
  appid: string
  /** The number that placed the order. */
  mchid: string
  /** The sub-merchant of a provider's order. */
  subMchid: string | undefined
  transactionId: string
  outTradeNo: string
  openid: string | undefined
  tradeType: string
  state: 'paid' | 'refund' | 'revoked' | 'other'
  /** The order before any coupon; 0 on refund rows. */
  total: number
  /** The order less the coupons that were not prefunded; 0 on refund rows. */
  settlement: number
  coupons: number
  refundId: string | undefined
  outRefundNo: string | undefined
  /** The refunded part of the order's total. */
  refund: number
  /** What was given back, as the summary adds it up. */
  givenBack: number
  refundStatus: string | undefined
}

const states = new Map([
  ['SUCCESS', 'paid'],
  ['REFUND', 'refund'],
  ['REVOKED', 'revoked'],
] as const)

/** Returns what reads a row's cells into fields. Throws `UnreadableFile` when the file lacks a needed column. */
export function billRowReader(columns: Columns): (cells: string[], line: number) => BillRow {
  const settlement = columns.of('应结订单金额', '总金额')
  // Where the old names are used there may be no 订单金额: 总金额 is the order's amount there.
  const total = columns.find('订单金额') < 0 ? columns.of('总金额') : columns.of('订单金额')
  const givenBack = columns.find('退款金额')
  const refund = columns.find('申请退款金额') < 0 ? givenBack : columns.find('申请退款金额')
  const at = {
    time: columns.of('交易时间'),
    appid: columns.of('公众账号ID'),
    mchid: columns.of('商户号'),
    subMchid: columns.of('特约商户号', '子商户号'),
    transactionId: columns.of('微信订单号'),
    outTradeNo: columns.of('商户订单号'),
    openid: columns.of('用户标识'),
    tradeType: columns.of('交易类型'),
    state: columns.of('交易状态'),
    coupons: columns.of('代金券金额', '企业红包金额', '代金券或立减优惠金额'),
    refundId: columns.find('微信退款单号'),
    outRefundNo: columns.find('商户退款单号'),
    refundStatus: columns.find('退款状态'),
  }
  return (cells, line) => {
    const optional = (column: number) => (column < 0 ? undefined : named(cells[column]!))
    const money = (column: number) => (column < 0 ? 0 : moneyOf(cells[column]!, line))
    return {
      line,
      at: beijingTimeOf(cells[at.time]!, line),
      appid: cells[at.appid]!,
      mchid: cells[at.mchid]!,
      subMchid: named(cells[at.subMchid]!),
      transactionId: cells[at.transactionId]!,
      outTradeNo: cells[at.outTradeNo]!,
      openid: named(cells[at.openid]!),
      tradeType: cells[at.tradeType]!,
      state: states.get(cells[at.state] as 'SUCCESS') ?? 'other',
      total: money(total),
      settlement: money(settlement),
      coupons: money(at.coupons),
      refundId: optional(at.refundId),
      outRefundNo: optional(at.outRefundNo),
      refund: money(refund),
      givenBack: money(givenBack),
      refundStatus: optional(at.refundStatus),
    }
  }
}

/** A cell without a value is empty or `0`. */
function named(cell: string): string | undefined {
  return cell === '' || cell === '0' ? undefined : cell
}

function moneyOf(cell: string, line: number): number {
  return cell === '' ? 0 : fenOf(cell, line)
}
