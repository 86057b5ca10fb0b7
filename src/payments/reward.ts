import { AskAgain } from '../plumbing/ask-again.ts'
import { type Grant, grantsOfTransaction } from '../grants/grants.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { MemberReason } from '../refusal.ts'
import type { Services } from '../services.ts'
import { findOrQueryPayment } from './query.ts'
import { type PaymentOutcome, applyPayment } from './apply-payment.ts'
import { missingToNextTier } from './spend-rules.ts'

/** What a payment has brought its member, for the page after paying. */
export type Reward =
  | { kind: 'granted'; grants: Grant[] }
  | { kind: 'nothing'; reason: MemberReason; detail: RewardDetail }
  | { kind: 'not_paid' }
  | { kind: 'unknown_order' }
  /** WeChat or the ledger gives no answer now. */
  | { kind: 'later' }

export type RewardDetail = {
  /** The campaign that the other fields are about. */
  campaign?: { slug: string; title: string }
  /** What is missing to the next tier: fen, or a number of payments when the rule counts payments. */
  missing?: number
  unit?: 'fen' | 'payments'
  /** The payment used one of our coupons, and such payments do not count. */
  usedOurCoupon?: boolean
}

/**
 * Looks up the payment and makes its awards. They have the same trigger keys as the awards of its notification or
 * event, so the first of these gives the coupons and the others find them.
 */
export async function rewardFor(
  services: Services,
  merchant: Merchant,
  openid: string,
  query: Record<string, unknown>,
): Promise<Reward> {
  const found = await findOrQueryPayment(services, merchant, query, openid)
  if (found.kind === 'refunded') return { kind: 'nothing', reason: 'not_eligible', detail: {} }
  if (found.kind !== 'paid') return found
  const applied = await applyAll(services, merchant, found.transactionIds)
  const grants = await grantsOfAll(services, merchant, found.transactionIds)
  // What one campaign gave is shown even when another one failed: the next look at the page tries that one again.
  if (grants.length > 0) {
    for (const err of applied.errors)
      services.log.error({ err, payments: found.transactionIds }, 'payment not applied in every campaign')
    return { kind: 'granted', grants }
  }
  const [error] = applied.errors
  if (error === undefined) return nothing(applied.outcomes)
  if (error instanceof AskAgain) return { kind: 'later' }
  throw error
}

/** A combined order is several payments, and each is applied by itself. */
async function applyAll(services: Services, merchant: Merchant, transactionIds: string[]) {
  const outcomes: PaymentOutcome[] = []
  const errors: Error[] = []
  for (const id of transactionIds) {
    await applyPayment(services, merchant, id).then(
      (some) => outcomes.push(...some),
      (error: unknown) =>
        errors.push(error instanceof Error ? error : new Error('a payment was not applied', { cause: error })),
    )
  }
  return { outcomes, errors }
}

async function grantsOfAll({ db }: Services, merchant: Merchant, transactionIds: string[]): Promise<Grant[]> {
  const grants: Grant[] = []
  for (const id of transactionIds) grants.push(...(await grantsOfTransaction(db, merchant.id, id)))
  return grants
}

/**
 * Returns why a payment brought nothing: first why an earned tier was turned away, then what is missing, then the rest.
 */
function nothing(outcomes: PaymentOutcome[]): Reward {
  for (const { awards } of outcomes) {
    for (const awarded of awards) {
      if (awarded.kind === 'turned_away') return { kind: 'nothing', reason: awarded.reason, detail: {} }
    }
  }
  const details = outcomes.map(detailOf).toSorted((a, b) => (a.missing ?? Infinity) - (b.missing ?? Infinity))
  const all = outcomes.length > 0 && outcomes.every(({ reach }) => reach && missingToNextTier(reach) === undefined)
  return { kind: 'nothing', reason: all ? 'already_claimed' : 'not_eligible', detail: details[0] ?? {} }
}

function detailOf({ campaign, reach }: PaymentOutcome): RewardDetail {
  const about = { campaign: { slug: campaign.slug, title: campaign.title } }
  if (!reach) return { ...about, usedOurCoupon: true }
  const missing = missingToNextTier(reach)
  return missing === undefined
    ? about
    : { ...about, missing, unit: campaign.spend.mode === 'count' ? 'payments' : 'fen' }
}
