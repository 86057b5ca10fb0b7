import { AskAgain } from '../plumbing/ask-again.ts'
import type { Earned } from '../grants/earned.ts'
import { type MemberReason, Refusal } from '../refusal.ts'
import type { Services } from '../services.ts'
import { award } from '../grants/award.ts'
import { type Awarded, AwardStale } from '../grants/awarded.ts'
import { closedReason } from '../grants/campaign-window.ts'
import { answerOfGrant, type ClaimAnswer, refusal } from './claim-answer.ts'
import { type Offer, offerOf } from '../grants/offer.ts'
import { type Hold, holdStocks } from '../grants/stock-left.ts'
import { findGrant } from '../grants/grants.ts'
import type { Claim } from './asked-claim.ts'
import { earnedBy } from './earned-by.ts'
import { givenBefore } from './given-before.ts'
import { whyClosed } from './why-closed.ts'
import { sendGranted } from './send-granted.ts'

/**
 * Handles a claim from tap to coupon: the campaign's rules, the gate, the ledger, one try to send. What a member may
 * cause never throws: it is answered with a reason. The worker sends what is still owed when this returns.
 */
export async function claim(services: Services, wanted: Claim): Promise<ClaimAnswer> {
  try {
    const closed = closedReason(wanted.campaign, services.clock.now())
    if (closed) return refusal(closed)
    const answers = await claimEarned(services, wanted)
    if (answers.length === 0) return await nothingMore(services, wanted)
    // A member who taps wants to see a coupon, so an answer with one comes before a refusal.
    return answers.find((answer) => answer.status !== 'refused') ?? (answers[0] as ClaimAnswer)
  } catch (error) {
    if (error instanceof Refusal) return refusal(error.reason, error.grantId)
    if (error instanceof AskAgain) return refusal('try_later')
    throw error
  }
}

/**
 * It is rare that a refund, a payment or an edit comes between computing what was earned and its grant. More than a few
 * in a row mean a fault.
 */
const maxRounds = 5

/** Claims everything that was earned; computes again what is left of it when the facts change meanwhile. */
async function claimEarned(services: Services, wanted: Claim): Promise<ClaimAnswer[]> {
  const answers: ClaimAnswer[] = []
  for (let round = 1; ; round += 1) {
    const campaign = (round > 1 && (await services.catalog.campaignById(wanted.campaign.id))) || wanted.campaign
    const now = { ...wanted, campaign }
    try {
      for (const one of await earnedBy(services, now)) answers.push(await claimOne(services, now, one))
      return answers
    } catch (error) {
      if (!(error instanceof AwardStale) || round === maxRounds) throw error
    }
  }
}

/** Answers when nothing is left to claim: everything earned was given before, or nothing was earned. */
async function nothingMore(services: Services, claim: Claim): Promise<ClaimAnswer> {
  const given = await givenBefore(services.db, claim)
  return given ? refusal('already_claimed', given.id) : refusal('not_eligible')
}

async function claimOne(services: Services, claim: Claim, earned: Earned): Promise<ClaimAnswer> {
  const { merchant, campaign, openid } = claim
  const at = earned.at ?? services.clock.now()
  const offer = await offerOf(services, merchant, earned.coupons)
  const held = await holdOffer(services, claim, offer)
  if ('closed' in held) {
    const given = await givenBefore(services.db, claim)
    return given ? refusal('already_claimed', given.id) : refusal(held.closed)
  }
  const { hold } = held
  const wanted = { ...earned, merchant, campaign, openid, at, lease: earned.dueAt === undefined }
  let awarded: Awarded | undefined
  try {
    awarded = await award(services, wanted)
  } finally {
    hold.decide(awarded?.kind === 'granted')
  }
  return answerOf(services, claim, awarded)
}

/** Holds the coupons of an offer, or says why WeChat gives none of them now. */
async function holdOffer(
  services: Services,
  claim: Claim,
  offer: Offer,
): Promise<{ hold: Hold } | { closed: MemberReason }> {
  const closed = await whyClosed(services, claim, offer)
  if (closed) return { closed }
  const hold = await holdStocks(services, offer)
  return hold ? { hold } : { closed: 'sold_out' }
}

async function answerOf(services: Services, { merchant }: Claim, awarded: Awarded): Promise<ClaimAnswer> {
  if (awarded.kind === 'turned_away') return refusal(awarded.reason, awarded.grantId)
  if (awarded.kind === 'existing') {
    const grant = await findGrant(services.db, merchant.id, awarded.grantId)
    return grant ? answerOfGrant(grant) : refusal('try_later')
  }
  return sendGranted(services, awarded)
}
