import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import { Secret } from '../../src/plumbing/secrets/secret.ts'
import { sealResource } from '../../src/wechat/pay/resource.ts'
import { callerOf } from '../wallet/products.ts'
import { isOpen } from '../open-products.ts'
import { couponBody, type Coupon } from '../pay/coupon.ts'
import type { Order, OrderRefund } from '../pay/order.ts'
import { signatureHeaders, type Spoil } from '../pay/sign-answer.ts'
import type { SandboxState } from '../state.ts'
import { wechatTime } from '../wechat-time.ts'
import type { WorldAccount } from '../world.ts'
import { post, type PushReport } from './post.ts'

/** A notification of WeChat Pay: its receiver, its content, and its fault. */
export type Notice = {
  mchid: string
  notifyUrl: string
  eventType: string
  originalType: string
  resource: object
  /** The same id makes it a repeat. */
  id?: string
  spoil?: Spoil
  /** During the switch both kinds of keys sign notifications, by chance where this is unset (docs/wechat/pay-v3.md 1.5). */
  withPublicKey?: boolean
  retryMs?: number[]
}

/**
 * A v3 notification: encrypted for the merchant number, signed by WeChat, and sent again with the same id while it is
 * refused.
 */
export async function pushNotice(state: SandboxState, notice: Notice): Promise<PushReport> {
  const account = callerOf(state, notice.mchid)
  if (!account) throw new Error(`the sandbox has no merchant number ${notice.mchid}`)
  if (!mayNotify(account, notice)) return { url: notice.notifyUrl, accepted: false, attempts: [] }
  const body = JSON.stringify({
    id: notice.id ?? randomUUID(),
    create_time: wechatTime(state.clock.now()),
    resource_type: 'encrypt-resource',
    event_type: notice.eventType,
    summary: summaries[notice.eventType] ?? '通知',
    resource: {
      original_type: notice.originalType,
      ...sealResource(new Secret(account.apiV3Key), JSON.stringify(notice.resource), notice.originalType),
    },
  })
  // Of a switch's seven days, the day on which either key is as likely.
  const withPublicKey = notice.withPublicKey ?? (account.keyMode === 'both' && randomInt(2) === 0)
  const wanted = withPublicKey ? state.world.platform.publicKeyId : undefined
  return post(async () => {
    const proof = await signatureHeaders(state, body, { account, wanted, spoil: notice.spoil })
    const requestId = `08${randomBytes(20).toString('hex').toUpperCase()}`
    const headers = {
      'Content-Type': 'application/json',
      'User-Agent': 'Mozilla/4.0',
      'Request-ID': requestId,
      ...proof,
    }
    return {
      url: notice.notifyUrl,
      headers,
      body: notice.spoil === 'tampered' ? body.replace('"id":"', '"id":"x') : body,
    }
  }, notice.retryMs)
}

/** Where nothing is set, nobody is told; without an APIv3 key nothing can be encrypted; uses of coupons are a product of their own (docs/wechat/pay-v3.md 6). */
function mayNotify(account: WorldAccount, notice: Notice): boolean {
  if (notice.notifyUrl === '') return false
  return account.apiV3Key !== '' && (notice.eventType !== 'COUPON.USE' || isOpen(account, 'marketing_events'))
}

/** The content of a refund notification: no openid, no attach (docs/wechat/payment-triggers.md 1.6). */
export function refundBody(order: Order, refund: OrderRefund): object {
  return {
    ...(order.subMchid === undefined ? { mchid: order.mchid } : { sp_mchid: order.mchid, sub_mchid: order.subMchid }),
    out_trade_no: order.outTradeNo,
    transaction_id: order.transactionId,
    out_refund_no: refund.outRefundNo,
    refund_id: refund.refundId,
    refund_status: refund.status,
    ...(refund.status === 'SUCCESS' && { success_time: wechatTime(refund.at) }),
    user_received_account: '支付用户零钱',
    amount: {
      total: order.total,
      refund: refund.refund,
      payer_total: order.payerTotal,
      payer_refund: refund.payerRefund,
    },
  }
}

/**
 * COUPON.USE: neither openid nor out_request_no, only the coupon (docs/wechat/pay-v3.md 5.4), as it was when it was used
 * in that order, or in its last one. A bare one does not say where.
 */
export function couponUseBody(
  state: SandboxState,
  coupon: Coupon,
  use: { transactionId?: string; bare?: boolean } = {},
): object {
  const stock = state.world.stocks.find((each) => each.stock_id === coupon.stockId)
  if (!stock) throw new Error(`the sandbox has no stock ${coupon.stockId}`)
  const order = state.orders.findLast(
    ({ promotions, transactionId }) =>
      promotions.some(({ coupon_id }) => coupon_id === coupon.couponId) &&
      (use.transactionId === undefined || use.transactionId === transactionId),
  )
  if (!order) return couponBody(stock, coupon)
  const usedBy = { mchid: order.subMchid ?? order.mchid, transactionId: order.transactionId }
  const used: Coupon = { ...coupon, status: 'USED', usedAt: order.paidAt!, usedBy }
  const body = couponBody(stock, used)
  return use.bare ? { ...body, consume_information: undefined } : body
}

const summaries: Record<string, string> = {
  'TRANSACTION.SUCCESS': '支付成功',
  'REFUND.SUCCESS': '退款成功',
  'REFUND.ABNORMAL': '退款异常',
  'REFUND.CLOSED': '退款关闭',
  'COUPON.USE': '代金券核销通知',
  'BRAND_MEMBER_CARD_SP.USER_CARD.CREATE': '用户领取会员卡',
  'BRAND_MEMBER_CARD.USER_CARD.CREATE': '用户领取会员卡',
}
