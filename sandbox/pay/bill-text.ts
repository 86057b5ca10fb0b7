import { wechatTime } from '../wechat-time.ts'
import type { Order } from './order.ts'

/** The text of a trade bill and of a coupon flow, as WeChat writes them (docs/wechat/bills.md 3 and 5). */

const billColumns =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,' +
  '代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注'
const sumColumns = '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额'

/** One row of a bill: a payment, or one refund of it. */
export type Entry = { order: Order; refund?: Order['refunds'][number] }

export function billText(entries: Entry[]): string {
  const rows = entries.map(({ order, refund }) => (refund ? refundRow(order, refund) : paymentRow(order)))
  const sum = (of: (entry: Entry) => number) => money(entries.reduce((total, entry) => total + of(entry), 0))
  const sums = [
    `${entries.length}.0`,
    sum((entry) => (entry.refund ? 0 : settled(entry.order))),
    sum(({ refund }) => refund?.refund ?? 0),
    '0.0',
    '0.0',
    sum((entry) => (entry.refund ? 0 : entry.order.total)),
    sum(({ refund }) => refund?.refund ?? 0),
  ]
  return `\uFEFF${[billColumns, ...rows, sumColumns, cells(sums)].join('\r\n')}\r\n`
}

function paymentRow(order: Order): string {
  const coupons = order.promotions.reduce((total, { amount }) => total + amount, 0)
  return cells([
    ...head(order, order.paidAt!),
    ...['SUCCESS', 'OTHERS', 'CNY', money(settled(order)), money(coupons), '0', '0', '0.00', '0.00', '', ''],
    ...['优购小店', order.attach ?? '', '0.00000', '0.60%', money(order.total), '0.00', ''],
  ])
}

function refundRow(order: Order, refund: Order['refunds'][number]): string {
  return cells([
    ...head(order, refund.at),
    ...['REFUND', 'OTHERS', 'CNY', '0.00', '0.00', refund.refundId, refund.outRefundNo, money(refund.refund), '0.00'],
    ...[
      'ORIGINAL',
      refund.status,
      '优购小店',
      order.attach ?? '',
      '0.00000',
      '0.60%',
      '0.00',
      money(refund.refund),
      '',
    ],
  ])
}

function head(order: Order, at: string): string[] {
  const { appid, mchid, subMchid, transactionId, outTradeNo, openid, tradeType } = order
  return [localTime(at), appid, mchid, subMchid ?? '0', '', transactionId, outTradeNo, openid, tradeType]
}

function settled({ total, promotions }: Order): number {
  return total - promotions.filter(({ type }) => type === 'NOCASH').reduce((sum, { amount }) => sum + amount, 0)
}

const flowColumns =
  '批次id,优惠id,优惠类型,优惠金额（元）,订单总金额（元）,交易类型,支付单号,消耗时间,消耗商户号,设备号,银行流水号,单品信息'

/** A use of a coupon in an order, or with `at` the moment when it was undone. */
export type Use = { order: Order; promotion: Order['promotions'][number]; at: string }

export function flowText(uses: Use[], word: '支付' | '退款'): string {
  const rows = uses.map(({ order, promotion, at }) => {
    const { stock_id, coupon_id, amount } = promotion
    const first = [stock_id, coupon_id, '全场代金券', money(amount), money(order.total), word, order.transactionId]
    // The device in base64, the last columns in quotes.
    return `${cells([...first, localTime(at), order.subMchid ?? order.mchid])},"","",""`
  })
  return `${[flowColumns, ...rows, '总条数', `\`${uses.length}`].join('\r\n')}\r\n`
}

function cells(values: string[]): string {
  return values.map((value) => `\`${value}`).join(',')
}

function money(fen: number): string {
  return (fen / 100).toFixed(2)
}

function localTime(at: string): string {
  return wechatTime(at).slice(0, 19).replace('T', ' ')
}
