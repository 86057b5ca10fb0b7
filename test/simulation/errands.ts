import type { Telling } from './alphabet.ts'
import type { CardFact, Errand, Message, PaymentFact, Promotion, RefundFact } from './facts.ts'
import {
  cardEvent,
  cardPush,
  paymentEvent,
  paymentNotification,
  refundEvent,
  refundNotification,
  type Shop,
} from './messages.ts'
import type { World } from './world.ts'

/** What an operation makes the world tell us; undefined when there is nothing yet to tell of. */
export function errandOf(world: World, operation: Telling): Errand | undefined {
  const message = messageOf(world, operation)
  if (!message) return undefined
  const errand = { message, accepted: false }
  world.facts.errands.push(errand)
  return errand
}

function messageOf(world: World, operation: Telling): Message | undefined {
  const { facts } = world
  switch (operation.kind) {
    case 'pay': {
      const payment = newPayment(world, operation)
      return tellPayment(world, payment, operation.way, operation.namesCoupons, payment.eventId)
    }
    case 'pay again': {
      const payment = facts.payments[operation.payment % Math.max(1, facts.payments.length)]
      if (!payment) return undefined
      const id = operation.sameId ? payment.eventId : fresh(world, 'evt')
      // An event with the same id says the same as before, or it would be another event.
      const before = operation.way === 'event' ? world.firstEvents.get(id) : undefined
      return before ?? tellPayment(world, payment, operation.way, operation.namesCoupons, id)
    }
    case 'refund': {
      const refund = newRefund(world, operation)
      return refund && tellRefund(world, refund, operation.way, refund.eventId)
    }
    case 'refund again': {
      const refund = facts.refunds[operation.refund % Math.max(1, facts.refunds.length)]
      return refund && tellRefund(world, refund, operation.way, fresh(world, 'evt'))
    }
    case 'card':
      return tellCard(world, newCard(world, operation.member), operation.way)
    case 'card again': {
      const card = facts.cards[operation.card % Math.max(1, facts.cards.length)]
      return card && tellCard(world, card, operation.way)
    }
  }
}

function newPayment(world: World, { member, total, withOurCoupon }: Extract<Telling, { kind: 'pay' }>): PaymentFact {
  const openid = world.scene.members[member % world.scene.members.length]!
  const number = fresh(world, '4200')
  const payment: PaymentFact = {
    transactionId: number,
    outTradeNo: `order-${number}`,
    openid,
    total,
    paidAt: world.time.date(),
    eventId: fresh(world, 'evt'),
    promotions: withOurCoupon ? ourCoupon(world, openid) : [],
    toldOfCoupons: false,
  }
  world.facts.payments.push(payment)
  return payment
}

/** A coupon that the member has from us by then, else one of the stock all the same. */
function ourCoupon(world: World, openid: string): Promotion[] {
  const had = world.wechat.coupons.find((coupon) => coupon.openid === openid && coupon.number !== undefined)
  return [{ stock_id: had?.stockId ?? '16000003', coupon_id: had?.couponId ?? '97000000', amount: 1_000 }]
}

function newRefund(world: World, operation: Extract<Telling, { kind: 'refund' }>): RefundFact | undefined {
  const { facts } = world
  const payment = facts.payments[operation.payment % Math.max(1, facts.payments.length)]
  if (!payment) return undefined
  const back = facts.refunds.filter((one) => one.payment === payment).reduce((sum, one) => sum + one.amount, 0)
  const amount = Math.min(Math.round(payment.total * operation.share), payment.total - back)
  if (amount <= 0) return undefined
  const number = fresh(world, '5030')
  // One id under two types is two events; a second refund under it would contradict the first.
  const isTaken = facts.refunds.some(({ eventId }) => eventId === payment.eventId)
  const eventId = operation.sameIdAsPayment && !isTaken ? payment.eventId : fresh(world, 'evt')
  const refund = { refundId: number, outRefundNo: `refund-${number}`, payment, amount, at: world.time.date(), eventId }
  facts.refunds.push(refund)
  return refund
}

function newCard(world: World, member: number): CardFact {
  const openid = world.scene.members[member % world.scene.members.length]!
  const card = {
    openid,
    cardId: 'pCard',
    code: fresh(world, '77'),
    at: world.time.date(),
    eventId: fresh(world, 'evt'),
  }
  world.facts.cards.push(card)
  world.official.cards.set(card.code, { openid, active: true })
  return card
}

type Way = 'event' | 'notification'

/** WeChat always names the coupons that paid a part; the merchant's own systems may not know them. */
function tellPayment(world: World, payment: PaymentFact, way: Way, namesCoupons: boolean, id: string): Message {
  if (way === 'notification' || namesCoupons) payment.toldOfCoupons = true
  if (way === 'notification') return paymentNotification(shopOf(world), payment, payment.promotions, id)
  const message = paymentEvent(shopOf(world), payment, namesCoupons ? payment.promotions : [], id)
  if (!world.firstEvents.has(id)) world.firstEvents.set(id, message)
  return message
}

function tellRefund(world: World, refund: RefundFact, way: Way, id: string): Message {
  return way === 'event' ? refundEvent(refund, id) : refundNotification(shopOf(world), refund, fresh(world, 'note'))
}

function tellCard(world: World, card: CardFact, way: 'event' | 'push'): Message {
  return way === 'event' ? cardEvent(card, fresh(world, 'evt')) : cardPush(card, 'user_get_card')
}

function fresh(world: World, prefix: string): string {
  world.serial += 1
  return `${prefix}${String(world.serial).padStart(6, '0')}`
}

function shopOf({ stage: { merchant } }: World): Shop {
  const { mchid } = merchant.accounts.find((account) => account.role === 'sender')!
  return { mchid, appid: merchant.officialAccount.appid }
}
