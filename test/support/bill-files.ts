import { beijingTime } from '../../src/plumbing/clock.ts'

/** A row of a bill as a test states it; the rest is like an ordinary payment of 60 yuan. */
export type BillLine = {
  at?: Date | string
  appid?: string
  mchid?: string
  subMchid?: string
  transactionId?: string
  outTradeNo?: string
  openid?: string
  tradeType?: string
  state?: string
  /** fen */
  total?: number
  settlement?: number
  coupons?: number
  refundId?: string
  outRefundNo?: string
  refund?: number
  givenBack?: number
  refundStatus?: string
  product?: string
  attach?: string
}

export const billHeader =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,' +
  '应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,' +
  '订单金额,申请退款金额,费率备注'
export const sumsHeader = '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额'

/** A trade bill of these rows, as WeChat writes one (docs/wechat/bills.md 3). */
export function billFile(lines: BillLine[], { header = billHeader, sums = sumsHeader } = {}): Buffer {
  const rows = lines.map((line) => withDefaults(line))
  const sum = (of: (row: Required<BillLine>) => number) => yuanOf(rows.reduce((all, row) => all + of(row), 0))
  const last = [
    `${rows.length}.0`,
    sum((row) => row.settlement),
    sum((row) => row.givenBack),
    '0.0',
    '0.36',
    sum((row) => row.total),
    sum((row) => row.refund),
  ]
  const text = [header, ...rows.map(lineOf), sums, cells(last), ''].join('\r\n')
  return Buffer.from(`\uFEFF${text}`)
}

/** One row of such a bill, without its line end. */
export function billRow(line: BillLine): string {
  return lineOf(withDefaults(line))
}

function withDefaults(line: BillLine): Required<BillLine> {
  const isRefund = line.state === 'REFUND'
  const total = line.total ?? (isRefund ? 0 : 6000)
  const refund = line.refund ?? 0
  return {
    at: '2026-11-23 12:00:00',
    appid: 'wx2421b1c4370ec43b',
    mchid: '1601400973',
    subMchid: '0',
    transactionId: '4200002026000001',
    outTradeNo: 'order-1',
    openid: 'member-1',
    tradeType: 'MICROPAY',
    state: 'SUCCESS',
    total,
    settlement: total,
    coupons: 0,
    refundId: '0',
    outRefundNo: '0',
    refund,
    givenBack: refund,
    refundStatus: '',
    product: '拿铁',
    attach: '',
    ...line,
  }
}

function lineOf(row: Required<BillLine>): string {
  const at = typeof row.at === 'string' ? row.at : beijingTime(row.at)
  return cells([
    at,
    row.appid,
    row.mchid,
    row.subMchid,
    '',
    row.transactionId,
    row.outTradeNo,
    row.openid,
    row.tradeType,
    row.state,
    'OTHERS',
    'CNY',
    yuanOf(row.settlement),
    yuanOf(row.coupons),
    row.refundId,
    row.outRefundNo,
    yuanOf(row.givenBack),
    '0.00',
    '',
    row.refundStatus,
    row.product,
    row.attach,
    '0.36000',
    '0.60%',
    yuanOf(row.total),
    yuanOf(row.refund),
    '',
  ])
}

function cells(values: string[]): string {
  return values.map((value) => `\`${value}`).join(',')
}

/** Fen as WeChat writes yuan: always two decimals. */
export function yuanOf(fen: number): string {
  return `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`
}

export type FlowLine = {
  stockId: string
  couponId: string
  transactionId: string
  at?: string
  coupon?: number
  total?: number
  mchid?: string
}

export const flowHeader =
  '批次id,优惠id,优惠类型,优惠金额（元）,订单总金额（元）,交易类型,支付单号,消耗时间,消耗商户号,设备号,银行流水号,单品信息'

/** A flow file of these rows (docs/wechat/bills.md 5). */
export function flowFile(lines: FlowLine[], { bom = false, header = flowHeader, more = '' } = {}): Buffer {
  const rows = lines.map(
    ({ at = '2026-11-23 12:00:00', coupon = 1000, total = 6000, mchid = '1601400973', ...ids }) =>
      cells([
        ids.stockId,
        ids.couponId,
        '全场代金券',
        yuanOf(coupon),
        yuanOf(total),
        '支付',
        ids.transactionId,
        at,
        mchid,
      ]) + `,"MDEzNDY3","",""${more}`,
  )
  const text = [header, ...rows, '总条数', `\`${lines.length}`, ''].join('\r\n')
  return Buffer.from(`${bom ? '\uFEFF' : ''}${text}`)
}
