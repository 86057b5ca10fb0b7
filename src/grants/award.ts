import { AskAgain } from '../plumbing/ask-again.ts'
import type { Campaign } from '../plumbing/storage/schema/campaign.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { MemberReason } from '../refusal.ts'
import type { CampaignCoupon } from '../plumbing/storage/schema.ts'
import type { Services } from '../services.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'
import { memberMark } from '../members/member-mark.ts'
import { closedReason } from './campaign-window.ts'
import type { OwedCoupon } from '../ledger/coupon.ts'
import { type Limit, limitsOf } from '../ledger/limits/limits.ts'
import { type Offer, offerOf } from './offer.ts'
import { reservationOf } from './reservation.ts'
import type { Reservation, Reserved } from '../ledger/reserve.ts'
import { senderFor } from '../ledger/sender-choice.ts'
import { isFullInLedger } from '../ledger/slots.ts'

/** What a trigger earned a member in a campaign. */
export type Award = {
  merchant: Merchant
  campaign: Campaign
  openid: string
  /** Makes it once: a second award with the same key finds the first one's grant. */
  triggerKey: string
  coupons: CampaignCoupon[]
  /** `at_least` of the spend tier that was reached. */
  tier?: number | undefined
  transactionId?: string | undefined
  /** The member's facts that it was worked out from: on newer ones nothing is written (payments/facts.ts). */
  factsVersion?: number | undefined
  /** Not to be sent before; now when absent. */
  dueAt?: Date | undefined
  /** When it was earned: decides the day and whether the campaign was open. */
  at: Date
  /** True when the caller sends at once: it gets the coupons leased. Otherwise the worker sends them. */
  lease?: boolean
  /** Another coupon of the same stock and member is on its way: the worker sends this one after it. */
  busy?: boolean
}

export type Awarded =
  | { kind: 'granted'; grantId: string; coupons: Reservation['coupons']; leased: OwedCoupon[]; stocks: Stock[] }
  | { kind: 'existing'; grantId: string }
  | { kind: 'turned_away'; reason: MemberReason; grantId?: string }

/** The campaign or the facts that the award was worked out from have changed: work it out anew. */
export class AwardStale extends AskAgain {}

/** Conflicts mean that the gate was wrong; each refill corrects it, so more than a few mean trouble elsewhere. */
const maxTries = 8

/**
 * Gives an award its places and writes its grant and coupons, once. Never sends. Throws `AskAgain` where a
 * refusal could be wrong and nobody is waiting to tap again, and whatever the database throws.
 */
export async function award(services: Services, wanted: Award): Promise<Awarded> {
  for (let attempt = 0, asked = wanted; attempt < maxTries; attempt += 1) {
    const closed = closedReason(asked.campaign, asked.at)
    if (closed) return { kind: 'turned_away', reason: closed }
    const result = await tryOnce(services, asked, attempt === 0)
    if (result.kind !== 'again') return result
    asked = result.asked
  }
  throw new AskAgain(`no place could be taken in ${maxTries} tries`)
}

/** Something was not as believed and is put right: ask once more, with this. */
type Again = { kind: 'again'; asked: Award }

async function tryOnce(services: Services, wanted: Award, isFirst: boolean): Promise<Awarded | Again> {
  const { gate, ledger } = services
  const { merchant, campaign, openid, tier, at } = wanted
  const mark = memberMark(merchant, openid)
  const offer = await offerOf(services, merchant, wanted.coupons)
  const limits = limitsOf({ campaign, mark, coupons: offer, tier, at })
  const senders = await sendersOfOffer(services, wanted, offer, mark)
  const asking = { merchantId: merchant.id, campaignId: campaign.id, mark }

  const admission = await gate.admit(asking, limits)
  if (admission.kind === 'full') return turnedAway(services, wanted, limits, admission, isFirst)

  const { reservation, leased } = reservationOf(services, wanted, offer, {
    limits,
    numbers: admission.numbers,
    senders,
  })
  const reserved = await ledger.reserve(reservation).catch((error: unknown) => {
    // Written or not, nobody knows; but places kept at the gate for nothing would tell others that all is gone.
    gate.giveBack(merchant.id, reservation.slots)
    throw error
  })
  if (reserved.kind === 'reserved') {
    gate.confirm(asking, reservation.grant.id)
    const { grant, coupons } = reservation
    if (leased.length < coupons.length) services.bells.ring('delivery')
    return { kind: 'granted', grantId: grant.id, coupons, leased, stocks: offer.map(({ stock }) => stock) }
  }
  gate.giveBack(merchant.id, reservation.slots)
  if (reserved.kind === 'existing') {
    gate.confirm(asking, reserved.grantId)
    return reserved
  }
  return { kind: 'again', asked: await putRight(services, wanted, limits, reserved) }
}

async function sendersOfOffer(services: Services, { merchant, campaign }: Award, offer: Offer, mark: string) {
  const senders = offer.map(
    async ({ stock }) =>
      [stock.id, await senderFor(services, merchant, campaign, { stockRef: stock.id, mark })] as const,
  )
  return new Map(await Promise.all(senders))
}

async function putRight(
  services: Services,
  wanted: Award,
  limits: Limit[],
  reserved: Extract<Reserved, { kind: 'taken' | 'busy' | 'stale' }>,
): Promise<Award> {
  if (reserved.kind === 'busy') return { ...wanted, busy: true }
  if (reserved.kind === 'taken') {
    // What is out of date about one of the campaign's scopes is so about all: an old Redis came back, say.
    const isOfCampaign = limits.some(({ scope, level }) => scope === reserved.scope && level === 'campaign')
    const wrong = limits.filter(
      ({ scope, level }) => scope === reserved.scope || (isOfCampaign && level === 'campaign'),
    )
    await services.gate.refill(wanted.merchant.id, wrong)
    return wanted
  }
  services.catalog.forget()
  const campaign = await services.catalog.campaignById(wanted.campaign.id)
  // What a payment earned depends on the tiers and on all payments; whoever worked that out must do so again.
  if (!campaign || wanted.tier !== undefined) throw new AwardStale('the campaign or the facts were changed meanwhile')
  return { ...wanted, campaign, coupons: campaign.coupons }
}

async function turnedAway(
  services: Services,
  wanted: Award,
  limits: Limit[],
  { limit, grantId: known }: { limit: Limit; grantId: string | undefined },
  isFirst: boolean,
): Promise<Awarded | Again> {
  if (limit.level === 'member' && !wanted.lease && isFirst) {
    // The ledger decides: a process may have died between the gate and the ledger, and nobody is there to tap again.
    const ofMember = limits.filter((one) => one.level === 'member')
    await services.gate.refill(wanted.merchant.id, ofMember)
    return { kind: 'again', asked: wanted }
  }
  if (!wanted.lease && !(await isFullInLedger(services.db, wanted.merchant.id, limit))) {
    throw new AskAgain(`${limit.scope} is full at the gate and not in the ledger`)
  }
  const grantId = known ?? (limit.level === 'member' ? await lastGrantOf(services, wanted) : undefined)
  return { kind: 'turned_away', reason: limit.reason, ...(grantId && { grantId }) }
}

async function lastGrantOf({ db, gate }: Services, { merchant, campaign, openid }: Award): Promise<string | undefined> {
  const grant = await db
    .selectFrom('grants')
    .select('id')
    .where('merchant_id', '=', merchant.id)
    .where('openid', '=', openid)
    .where('campaign_id', '=', campaign.id)
    .orderBy('id', 'desc')
    .executeTakeFirst()
  const mark = memberMark(merchant, openid)
  if (grant) gate.confirm({ merchantId: merchant.id, campaignId: campaign.id, mark }, grant.id)
  return grant?.id
}
