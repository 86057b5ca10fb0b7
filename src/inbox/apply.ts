import { AskAgain } from '../plumbing/ask-again.ts'
import type { Selectable } from 'kysely'
import type { CardFacts } from '../cards/card-opening.ts'
import { applyOpening } from '../cards/apply-opening.ts'
import { noteCouponUse } from '../coupons/note-use.ts'
import type { Merchant } from '../merchants/merchant.ts'
import { noteToldByEvent } from '../payments/asked-orders.ts'
import { recordPayment } from '../payments/intake.ts'
import type { Payment, Refund } from '../payments/payment.ts'
import { applyPayment } from '../payments/apply-payment.ts'
import { takeRefund } from '../payments/take-refund.ts'
import type { InboxTable } from '../plumbing/storage/schema.ts'
import type { Services } from '../services.ts'
import type { CouponUse } from '../wechat/pay/coupon-use.ts'
import { applyCardNotice } from './apply-card-notice.ts'
import { applyCardPush } from './card-push.ts'
import { type MerchantEvent, openingOfEvent, paymentOfEvent, refundOfEvent } from './event.ts'
import { factsOfNotification, type StoredNotification } from './pay-notification.ts'
import { type CardPush, cardOfPush, type StoredPush } from './push.ts'

export type InboxEntry = Selectable<InboxTable>

type Fact =
  | { kind: 'payment'; payment: Payment }
  | { kind: 'refund'; refund: Refund }
  | { kind: 'coupon_use'; mchid: string; use: CouponUse }
  | { kind: 'card_opening'; facts: CardFacts }
  | { kind: 'card_push'; push: CardPush }
  | { kind: 'card_notice'; notice: StoredNotification }
  | { kind: 'ignored'; why: string }

/**
 * Applies an entry: writes its facts, then makes the awards that they earn. Every step is safe to repeat, so an entry
 * whose process died is simply applied again. Returns what was left aside and why. When it throws `AskAgain` or another
 * error, the entry stays due.
 */
export async function applyEntry(services: Services, entry: InboxEntry): Promise<string | undefined> {
  const merchant = await services.catalog.merchantById(entry.merchant_id)
  if (!merchant) throw new Error(`merchant ${entry.merchant_id} is not there`)
  const notes: string[] = []
  for (const fact of factsOf(merchant, entry)) {
    const note = await applyFact(services, merchant, fact, entry)
    if (note) notes.push(note)
  }
  return notes.length > 0 ? notes.join('; ') : undefined
}

function factsOf(merchant: Merchant, { source, body }: InboxEntry): Fact[] {
  if (source === 'pay') return factsOfNotification(merchant, body as StoredNotification)
  if (source === 'cards') return [{ kind: 'card_notice', notice: body as StoredNotification }]
  if (source === 'oa') {
    const push = cardOfPush(body as StoredPush)
    return push ? [{ kind: 'card_push', push }] : [{ kind: 'ignored', why: 'a push of no use here' }]
  }
  const event = body as MerchantEvent
  if (event.type === 'card.opened') return [{ kind: 'card_opening', facts: openingOfEvent(event) }]
  if (event.type === 'payment.succeeded') return [{ kind: 'payment', payment: paymentOfEvent(event) }]
  return [{ kind: 'refund', refund: refundOfEvent(event) }]
}

async function applyFact(
  services: Services,
  merchant: Merchant,
  fact: Fact,
  entry: InboxEntry,
): Promise<string | undefined> {
  if (fact.kind === 'ignored') return fact.why
  if (fact.kind === 'card_opening') {
    await applyOpening(services, merchant, fact.facts)
    return undefined
  }
  if (fact.kind === 'card_push') return applyCardPush(services, merchant, fact.push, entry.attempts)
  if (fact.kind === 'coupon_use')
    return noteCouponUse(services, merchant, { ...fact, toldAt: entry.received_at, attempts: entry.attempts })
  if (fact.kind === 'card_notice') {
    const arrived = { at: entry.received_at, attempts: entry.attempts }
    return applyCardNotice(services, merchant, fact.notice, arrived)
  }
  if (fact.kind === 'payment') {
    await recordPayment(services, merchant, fact.payment)
    if (fact.payment.source === 'event') await noteToldByEvent(services, merchant, fact.payment)
    await applyPayment(services, merchant, fact.payment.transactionId)
    return undefined
  }
  const { inFlight } = await takeRefund(services, merchant, fact.refund)
  // What is left may earn a lower tier; and if this proves that two known refunds are one, more is left than before.
  await applyPayment(services, merchant, fact.refund.transactionId)
  if (inFlight) throw new AskAgain('a coupon that is no longer earned is being sent at this moment')
  return undefined
}
