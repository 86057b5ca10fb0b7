import type { Selectable } from 'kysely'
import type { CardOpening } from '../cards/card-opening.ts'
import { checkCard, type ReportedCard } from '../cards/check.ts'
import { settleOpening } from '../cards/settle-opening.ts'
import type { Merchant } from '../merchants/merchant.ts'
import { recordPayment } from '../payments/intake.ts'
import type { Payment, Refund } from '../payments/payment.ts'
import { settlePayment } from '../payments/settle-payment.ts'
import { takeRefund } from '../payments/take-refund.ts'
import type { InboxTable } from '../schema.ts'
import type { Services } from '../services.ts'
import { type MerchantEvent, openingOfEvent, paymentOfEvent, refundOfEvent } from './event.ts'
import { factsOfNotification, type StoredNotification } from './pay-notification.ts'
import { cardOfPush, type StoredPush } from './push.ts'

export type InboxEntry = Selectable<InboxTable>

type Fact =
  | { kind: 'payment'; payment: Payment }
  | { kind: 'refund'; refund: Refund }
  | { kind: 'card_opening'; opening: CardOpening }
  | { kind: 'card_report'; card: ReportedCard }
  | { kind: 'ignored'; why: string }

/** Not now: ask again in a moment. No fault of anybody's. */
export class NotYet extends Error {}

/**
 * Does what an entry says: writes the fact, then awards what it earns. Every step is safe to repeat, so an entry whose
 * process died is simply applied again. Returns what was left aside and why. Throws `NotYet`, `AwardUndecided` or a
 * fault; then the entry stays due.
 */
export async function applyEntry(services: Services, entry: InboxEntry): Promise<string | undefined> {
  const merchant = await services.directory.merchantById(entry.merchant_id)
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
  if (source === 'oa') {
    const card = cardOfPush(body as StoredPush)
    return card ? [{ kind: 'card_report', card }] : [{ kind: 'ignored', why: 'a push of no use here' }]
  }
  const event = body as MerchantEvent
  if (event.type === 'card.opened') return [{ kind: 'card_opening', opening: openingOfEvent(event) }]
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
    await settleOpening(services, merchant, fact.opening)
    return undefined
  }
  if (fact.kind === 'card_report') return applyCardReport(services, merchant, fact.card, entry)
  if (fact.kind === 'payment') {
    await recordPayment(services, merchant, fact.payment)
    await settlePayment(services, merchant, fact.payment.transactionId)
    return undefined
  }
  const { inFlight } = await takeRefund(services, merchant, fact.refund)
  // What is left may have earned a lower tier, and a refund that was told under two names takes back only once.
  await settlePayment(services, merchant, fact.refund.transactionId)
  if (inFlight) throw new NotYet('a coupon that is no longer earned is being sent at this moment')
  return undefined
}

/**
 * A card that was just taken is often not active yet when WeChat tells of it (wechat/official-account.md 7, row 24). The
 * event of its activation, or the landing page, comes later; for the kinds that have neither we look a few times.
 */
const looksForActivation = 4

async function applyCardReport(
  services: Services,
  merchant: Merchant,
  card: ReportedCard,
  entry: InboxEntry,
): Promise<string | undefined> {
  const checked = await checkCard(services.official(merchant), card.cardId, card.cardCode)
  if (checked.kind === 'later') throw new NotYet('the card cannot be looked up at this moment')
  if (checked.kind === 'unknown') return 'a card that WeChat does not know'
  if (checked.openid !== card.openid) return 'a card that belongs to somebody else now'
  if (!checked.usable) return 'a card that cannot be used'
  if (!checked.active) {
    if (entry.attempts < looksForActivation) throw new NotYet('the card is not active yet')
    return 'a card that is not active'
  }
  await settleOpening(services, merchant, { ...card, source: 'oa' })
  return undefined
}
