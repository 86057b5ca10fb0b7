import { award, type Awarded } from '../claims/award.ts'
import { flagRefunded } from '../claims/flag-refunded.ts'
import { memberMark } from '../members/member-mark.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import { type GivenGrant, givenGrants, isSpend, memberSpend, type SpendCampaignRow } from './spend-ledger.ts'
import { type CampaignPayment, earnedTiers, fallenTiers, type Reach, reachOf } from './spend-rules.ts'

/** What one payment means in one campaign. */
export type PaymentOutcome = {
  campaign: SpendCampaignRow
  payment: CampaignPayment
  /** undefined: the payment does not count there. */
  reach: Reach | undefined
  awards: Awarded[]
  /** A grant that fell is being sent at this moment: whether it can be taken back is known shortly. */
  inFlight: boolean
  /** A grant was taken back. */
  cancelled: boolean
}

/**
 * Brings the grants into agreement with what is known of a payment and its refunds: takes back what is no longer
 * earned, then awards what is. Safe to repeat at any time, in any order of facts; a payment that is not known yet
 * changes nothing. Outcomes only for campaigns whose time the payment falls into.
 */
export async function settlePayment(
  services: Services,
  merchant: Merchant,
  transactionId: string,
): Promise<PaymentOutcome[]> {
  const payer = await services.db
    .selectFrom('payments')
    .select('openid')
    .where('merchant_id', '=', merchant.id)
    .where('transaction_id', '=', transactionId)
    .executeTakeFirst()
  if (!payer) return []

  const outcomes: PaymentOutcome[] = []
  for (const campaign of await services.directory.campaigns(merchant.id)) {
    if (!isSpend(campaign) || campaign.state === 'draft') continue
    const outcome = await settleTillSteady(services, merchant, campaign, payer.openid, transactionId)
    if (outcome) outcomes.push(outcome)
  }
  return outcomes
}

/** Each round answers facts that came during the one before; a third is already a rare race. */
const maxRounds = 5

/**
 * Whoever changed a grant looks once more: a refund that was written between our reading and our grant found no grant
 * to take back, and a payment that was written before we took one back found it standing.
 */
async function settleTillSteady(...facts: Parameters<typeof settleIn>): Promise<PaymentOutcome | undefined> {
  const awards: Awarded[] = []
  for (let round = 1; ; round += 1) {
    const outcome = await settleIn(...facts)
    if (!outcome) return undefined
    awards.push(...outcome.awards)
    const changed = outcome.cancelled || outcome.awards.some((awarded) => awarded.kind === 'granted')
    if (!changed || round === maxRounds) return { ...outcome, awards }
  }
}

async function settleIn(
  services: Services,
  merchant: Merchant,
  campaign: SpendCampaignRow,
  openid: string,
  transactionId: string,
): Promise<PaymentOutcome | undefined> {
  const spend = await memberSpend(services.db, campaign, openid)
  const payment = spend.payments.find((one) => one.transactionId === transactionId)
  if (!payment) return undefined
  const reach = reachOf(spend.campaign, memberMark(merchant, openid), spend.payments, payment)
  if (!reach) return { campaign, payment, reach, awards: [], inFlight: false, cancelled: false }

  const fallen = fallenTiers(reach, spend.given).filter((grant) => grant.refundedAt === null || grant.waiting)
  const taken = await takeBack(services, merchant, fallen)
  const given = fallen.length > 0 ? await givenGrants(services.db, campaign, openid) : spend.given
  const awards: Awarded[] = []
  for (const { triggerKey, tier, dueAt } of earnedTiers(spend.campaign, reach, payment, given)) {
    awards.push(
      await award(services, {
        merchant,
        campaign,
        openid,
        triggerKey,
        coupons: tier.coupons,
        tier: tier.at_least,
        transactionId,
        dueAt,
        at: payment.paidAt,
      }),
    )
  }
  return { campaign, payment, reach, awards, ...taken }
}

/** Cancels what was not sent and flags all of it; in flight: a coupon is on its way at this moment. */
async function takeBack(
  services: Services,
  merchant: Merchant,
  fallen: GivenGrant[],
): Promise<{ inFlight: boolean; cancelled: boolean }> {
  const done = { inFlight: false, cancelled: false }
  for (const { grantId, waiting } of fallen) {
    const cancelled = await services.ledger.cancelGrant(merchant.id, grantId, 'refunded', services.clock.now())
    await flagRefunded(services.db, grantId, services.clock.now())
    if (cancelled) done.cancelled = true
    else if (waiting) done.inFlight = true
  }
  return done
}
