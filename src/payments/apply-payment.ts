import { AskAgain } from '../plumbing/ask-again.ts'
import { award } from '../grants/award.ts'
import { type Awarded, AwardStale } from '../grants/awarded.ts'
import { eachByItself } from '../plumbing/each-by-itself.ts'
import { lockPayments } from '../ledger/locks.ts'
import { memberMark } from '../members/member-mark.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import { payerOf, raiseFacts } from './facts.ts'
import { decidePayment } from './decide-payment.ts'
import { isSpend, type MemberSpend, memberSpend, type SpendCampaignRow } from './spend-ledger.ts'
import { type CampaignPayment, fallenTiers, type Reach, reachAround, standingTiers } from './spend-rules.ts'
import { takeBack } from './take-back.ts'

/** What one payment means in one campaign. */
export type PaymentOutcome = {
  campaign: SpendCampaignRow
  payment: CampaignPayment
  /** undefined: the payment does not count there. */
  reach: Reach | undefined
  awards: Awarded[]
}

/** A payment's member as somebody has just looked at them: what they have in each campaign, by its id. */
export type Look = { openid: string; inCampaigns: Map<number, Seen> }
type Seen = { campaign: SpendCampaignRow; spend: MemberSpend }

/**
 * Makes the awards that a payment has earned, in each campaign separately: a faulty campaign does not keep the others
 * from giving. Safe to repeat at any time, with facts in any order; a payment that is not known yet changes nothing.
 * `look` spares a first reading: a decision on facts that have changed since, or on a campaign that has, is not written.
 * Returns an outcome for each campaign whose time includes the payment. Throws the errors after all are applied
 * (`eachByItself`).
 */
export async function applyPayment(
  services: Services,
  merchant: Merchant,
  transactionId: string,
  look?: Look,
): Promise<PaymentOutcome[]> {
  const openid = look?.openid ?? (await payerOf(services.db, merchant.id, transactionId))
  if (openid === undefined) return []
  const campaigns = await services.catalog.campaigns(merchant.id)
  const outcomes = await eachByItself(
    campaigns.filter((campaign) => isSpend(campaign) && campaign.state !== 'draft'),
    ({ id }) => applyTillSteady(services, merchant, id, { openid, transactionId }, look?.inCampaigns.get(id)),
  )
  return outcomes.filter((outcome) => outcome !== undefined)
}

/** Another round is needed only when a fact or an edit came during the one before; a third one is already rare. */
const maxRounds = 5

/** Computes the awards again as long as the campaign or the member's facts change meanwhile. */
async function applyTillSteady(
  services: Services,
  merchant: Merchant,
  campaignId: number,
  paid: Paid,
  look: Seen | undefined,
): Promise<PaymentOutcome | undefined> {
  for (let round = 1; ; round += 1) {
    const seen = (round === 1 && look) || (await see(services, campaignId, paid.openid))
    if (!seen) return undefined
    try {
      return await applyIn(services, merchant, seen, paid)
    } catch (error) {
      if (!(error instanceof AwardStale) || round === maxRounds) throw error
    }
  }
}

type Paid = { openid: string; transactionId: string }

async function see({ db, catalog }: Services, campaignId: number, openid: string): Promise<Seen | undefined> {
  const campaign = await catalog.campaignById(campaignId)
  if (!campaign || !isSpend(campaign)) return undefined
  return { campaign, spend: await memberSpend(db, campaign, openid) }
}

async function applyIn(
  services: Services,
  merchant: Merchant,
  { campaign, spend }: Seen,
  { openid, transactionId }: Paid,
): Promise<PaymentOutcome | undefined> {
  const payment = spend.payments.find((one) => one.transactionId === transactionId)
  if (!payment) return undefined
  const mark = memberMark(merchant, openid)
  if (movesGiven(spend, mark, payment)) await takeBackNow(services, merchant, openid, transactionId)
  const { reach, earned } = decidePayment(spend, mark, payment)
  const awards: Awarded[] = []
  // The order matters: with `highest`, a tier that was given counts for those below it too.
  for (const one of earned) awards.push(await award(services, { merchant, campaign, openid, ...one }))
  return { campaign, payment, reach, awards }
}

/** Whether applying the payment changes anything in a campaign, as far as is known of its member. */
export function wouldChange(spend: MemberSpend, mark: string, transactionId: string): boolean {
  const payment = spend.payments.find((one) => one.transactionId === transactionId)
  if (!payment) return false
  return movesGiven(spend, mark, payment) || decidePayment(spend, mark, payment).earned.length > 0
}

/** Something that was given is no longer earned, or is earned again. */
function movesGiven({ campaign, payments, given }: MemberSpend, mark: string, payment: CampaignPayment): boolean {
  const around = reachAround(campaign, mark, payments, payment)
  const fallen = fallenTiers(around, given).some((grant) => grant.waiting)
  const risen = standingTiers(around, given).some((grant) => grant.refundedAt !== null)
  return fallen || risen
}

/**
 * Takes back what is no longer earned, and removes the flag of what is earned again. A payment that became known late
 * may pass at once several tiers that later payments seemed to reach one after the other; a late report may say that it
 * was paid with our own coupon; other payments may earn what a refund had flagged. Throws `AwardStale` when something
 * changed, since it may be earned again, and `AskAgain` while a coupon that is no longer earned is being sent.
 */
async function takeBackNow(
  { db, gate, clock }: Services,
  merchant: Merchant,
  openid: string,
  transactionId: string,
): Promise<void> {
  const { freed, changed, inFlight } = await db.transaction().execute(async (trx) => {
    await lockPayments(trx, merchant.id, [transactionId])
    await raiseFacts(trx, merchant.id, openid)
    return takeBack(trx, { merchant, openid, transactionId, at: clock.now() })
  })
  gate.giveBack(merchant.id, freed)
  if (changed) throw new AwardStale('what was taken back may be earned anew')
  if (inFlight) throw new AskAgain('a coupon that is no longer earned is being sent at this moment')
}
