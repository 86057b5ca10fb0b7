import type { SandboxState } from '../state.ts'
import { brandNotice, type CardNoticeSpec } from '../wallet/card-notice.ts'
import { openNotice, type OpenNoticeSpec } from '../wallet/open-notice.ts'
import { accountOf, merchantOf } from '../merchant-file.ts'
import { combinedBody } from '../pay/combined-order.ts'
import { orderBody, type Order, type OrderRefund } from '../pay/order.ts'
import type { Spoil } from '../pay/sign-answer.ts'
import { paidData, pushMerchantEvent, refundedData, type MerchantEvent } from './merchant-event.ts'
import { cardFields, pushMessage, type Message } from './message-push.ts'
import { couponUseBody, pushNotice, refundBody, type Notice } from './pay-notification.ts'
import type { PushReport } from './post.ts'

type NoticeOptions = {
  notifyUrl?: string
  id?: string
  spoil?: Spoil
  withPublicKey?: boolean
  retryMs?: number[]
}

/**
 * A message to push: from WeChat Pay, from the Official Account, or from the merchant's cloud. Without `slug`, for the
 * first merchant.
 */
export type PushSpec = { slug?: string } & (
  | ({ kind: 'payment'; transactionId: string } & NoticeOptions)
  | ({ kind: 'refund'; transactionId: string; refundId?: string } & NoticeOptions)
  | ({ kind: 'coupon_use'; couponId: string; transactionId?: string; bare?: boolean } & NoticeOptions)
  | ({ kind: 'brand_card' } & CardNoticeSpec & NoticeOptions)
  | ({ kind: 'open_card' } & OpenNoticeSpec & NoticeOptions)
  | ({ kind: 'card'; event: string; cardCode: string } & Omit<Message, 'fromOpenid' | 'event'>)
  | ({ kind: 'message' } & Message)
  | ({ kind: 'merchant_event' } & MerchantEvent)
  | { kind: 'merchant_paid'; transactionId: string; id?: string; retryMs?: number[] }
  | { kind: 'merchant_refunded'; transactionId: string; refundId?: string; id?: string; retryMs?: number[] }
)

/** Pushes one message and reports how it was received; throws when its order, card or coupon does not exist. */
export async function push(state: SandboxState, spec: PushSpec): Promise<PushReport> {
  const merchant = merchantOf(state.world, spec.slug)
  switch (spec.kind) {
    case 'payment':
      return pushNotice(state, paymentNotice(state, spec))
    case 'refund':
      return pushNotice(state, refundNotice(state, spec))
    case 'coupon_use':
      return pushNotice(state, couponNotice(state, spec))
    case 'brand_card': {
      const notice = brandNotice(state, spec)
      return pushNotice(state, { ...spec, ...notice, notifyUrl: spec.notifyUrl ?? notice.notifyUrl })
    }
    case 'open_card': {
      const notice = openNotice(state, spec)
      return pushNotice(state, { ...spec, ...notice, notifyUrl: spec.notifyUrl ?? notice.notifyUrl })
    }
    case 'message':
      return pushMessage(state, merchant, spec)
    case 'card': {
      const card = state.userCards.find((each) => each.code === spec.cardCode)
      if (!card) throw new Error(`the sandbox has no card ${spec.cardCode}`)
      const fields = { ...cardFields(card, spec.event), ...spec.fields }
      return pushMessage(state, merchant, { ...spec, fromOpenid: card.openid, fields })
    }
    case 'merchant_event':
      return pushMerchantEvent(state, merchant, spec)
    case 'merchant_paid': {
      const { transactionId, ...rest } = spec
      const data = paidData(orderOf(state, transactionId))
      return pushMerchantEvent(state, merchant, { ...rest, type: 'payment.succeeded', data })
    }
    case 'merchant_refunded': {
      const { transactionId, refundId, ...rest } = spec
      const order = orderOf(state, transactionId)
      const data = refundedData(order, refundOf(order, refundId))
      return pushMerchantEvent(state, merchant, { ...rest, type: 'payment.refunded', data })
    }
  }
}

function paymentNotice(state: SandboxState, spec: PushSpec & { kind: 'payment' }): Notice {
  const order = orderOf(state, spec.transactionId)
  const notifyUrl = spec.notifyUrl ?? notifyAddress(state, order, spec.slug)
  const parts = state.orders.filter(({ combine }) => combine && combine.outTradeNo === order.combine?.outTradeNo)
  const resource = parts.length > 0 ? combinedBody(parts) : orderBody(order)
  const about = { mchid: order.combine?.mchid ?? order.mchid, resource, notifyUrl }
  return { ...spec, ...about, eventType: 'TRANSACTION.SUCCESS', originalType: 'transaction' }
}

function refundNotice(state: SandboxState, spec: PushSpec & { kind: 'refund' }): Notice {
  const order = orderOf(state, spec.transactionId)
  const refund = refundOf(order, spec.refundId)
  const notifyUrl = spec.notifyUrl ?? notifyAddress(state, order, spec.slug)
  const about = { mchid: order.mchid, resource: refundBody(order, refund), notifyUrl }
  return { ...spec, ...about, eventType: `REFUND.${refund.status}`, originalType: 'refund' }
}

/**
 * It goes to the stock's creator: to the address that this number has set, else to the merchant whose member used the
 * coupon (docs/wechat/pay-v3.md 3.6).
 */
function couponNotice(state: SandboxState, spec: PushSpec & { kind: 'coupon_use' }): Notice {
  const coupon = state.coupons.get(spec.couponId)
  if (!coupon) throw new Error(`the sandbox has no coupon ${spec.couponId}`)
  const mchid = state.world.stocks.find((each) => each.stock_id === coupon.stockId)!.stock_creator_mchid
  const { notifyUrl: own } = accountOf(state.world, mchid)
  const notifyUrl = spec.notifyUrl ?? own ?? notifyAddress(state, { mchid, appid: coupon.appid }, spec.slug)
  const about = { mchid, resource: couponUseBody(state, coupon, spec), notifyUrl }
  return { ...spec, ...about, eventType: 'COUPON.USE', originalType: 'coupon' }
}

/** The address at paycoupon of the merchant whose appid it is; of the first one for any other appid. */
function notifyAddress(state: SandboxState, about: { mchid: string; appid: string }, slug?: string): string {
  const { merchants } = state.world
  const owner = slug ?? merchants.find(({ officialAccount }) => officialAccount.appid === about.appid)?.slug
  return `${state.settings.appUrl}/notify/${merchantOf(state.world, owner).slug}/pay/${about.mchid}`
}

function orderOf(state: SandboxState, transactionId: string): Order {
  const order = state.orders.find((each) => each.transactionId === transactionId)
  if (!order) throw new Error(`the sandbox has no order ${transactionId}`)
  return order
}

function refundOf(order: Order, refundId: string | undefined): OrderRefund {
  const refund =
    refundId === undefined ? order.refunds.at(-1) : order.refunds.find((each) => each.refundId === refundId)
  if (!refund) throw new Error(`order ${order.outTradeNo} has no such refund`)
  return refund
}
