import { setTimeout as sleep } from 'node:timers/promises'
import { AskAgain } from '../plumbing/ask-again.ts'
import type { Services } from '../services.ts'
import { memberMark } from '../members/member-mark.ts'
import type { Limit } from '../ledger/limits/limits.ts'
import { takesOf, turnedAwayBefore } from './award-rules.ts'
import type { Offer } from './offer.ts'
import { type Asked, reservationOf } from './reservation.ts'
import type { Reserved } from '../ledger/reserve.ts'
import { type Award, type Awarded, AwardStale } from './awarded.ts'
import { senderFor } from '../ledger/sender-choice.ts'

/**
 * A conflict means that the gate was wrong. Each refill corrects it, so more than a few conflicts mean another fault.
 */
const maxTries = 8

/** How long a tap waits for the member's other tap, which the gate let in, to be written: less before the first tries. */
const besideMs = [20, 50, 100, 200, 400]

/**
 * Takes the places of an award and writes its grant and coupons, once. Never sends. A blocked member is turned away for
 * good, so that nobody tries a payment or card again: what it has earned stays earned, and a tap after the block can
 * still get it. Throws `AskAgain` when a refusal could be wrong and no member is waiting who could tap again. Throws
 * what the database throws.
 */
export async function award(services: Services, wanted: Award): Promise<Awarded> {
  let asked: Asked = wanted
  for (let attempt = 0; attempt < maxTries; attempt += 1) {
    const reason = await turnedAwayBefore(services, asked)
    if (reason) return { kind: 'turned_away', reason }
    const result = await tryOnce(services, asked, attempt)
    if (result.kind !== 'again') return result
    asked = result.asked
  }
  throw new AskAgain(`no place could be taken in ${maxTries} tries`)
}

/** Something had changed and is corrected now: try once more, with `asked`. */
type Again = { kind: 'again'; asked: Asked }

async function tryOnce(services: Services, wanted: Asked, attempt: number): Promise<Awarded | Again> {
  const { gate, ledger } = services
  const { merchant, campaign } = wanted
  const { mark, offer, limits } = await takesOf(services, wanted)
  const senders = await sendersOfOffer(services, wanted, offer, mark)
  const asking = { merchantId: merchant.id, campaignId: campaign.id, mark }

  const admission = await gate.admit(asking, limits)
  if (admission.kind === 'full') return turnedAway(services, wanted, limits, admission, attempt)

  const { reservation, leased } = reservationOf(services, wanted, offer, {
    limits,
    numbers: admission.numbers,
    senders,
  })
  const reserved = await ledger.reserve(reservation).catch((error: unknown) => {
    // It is not known whether the grant was written. If it was not and the gate kept its places, other members would be
    // turned away although places are free.
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

async function sendersOfOffer(services: Services, { merchant, campaign }: Asked, offer: Offer, mark: string) {
  const senders = offer.map(
    async ({ stock }) =>
      [stock.id, await senderFor(services.db, merchant, campaign, { stockRef: stock.id, mark })] as const,
  )
  return new Map(await Promise.all(senders))
}

async function putRight(
  services: Services,
  wanted: Asked,
  limits: Limit[],
  reserved: Extract<Reserved, { kind: 'taken' | 'busy' | 'stale' }>,
): Promise<Asked> {
  if (reserved.kind === 'busy') return { ...wanted, busy: true }
  if (reserved.kind === 'taken') {
    // If the gate is wrong about one of the campaign's scopes, it may be wrong about all, for example after an old
    // Redis came back.
    const isOfCampaign = limits.some(({ scope, level }) => scope === reserved.scope && level === 'campaign')
    const wrong = limits.filter(
      ({ scope, level }) => scope === reserved.scope || (isOfCampaign && level === 'campaign'),
    )
    await services.gate.refill(wanted.merchant.id, wrong)
    return wanted
  }
  services.catalog.forget()
  const campaign = await services.catalog.campaignById(wanted.campaign.id)
  // What a payment earned depends on the tiers and on all payments, so the caller must compute it again.
  if (!campaign || wanted.tier !== undefined) throw new AwardStale('the campaign or the facts were changed meanwhile')
  return { ...wanted, campaign, coupons: campaign.coupons }
}

async function turnedAway(
  services: Services,
  wanted: Asked,
  limits: Limit[],
  { limit, grantId: known }: { limit: Limit; grantId: string | undefined },
  attempt: number,
): Promise<Awarded | Again> {
  if (limit.level === 'member' && !wanted.lease && attempt === 0) {
    // Ask the ledger: a process may have died between gate and ledger, and no member is waiting who could tap again.
    const ofMember = limits.filter((one) => one.level === 'member')
    await services.gate.refill(wanted.merchant.id, ofMember)
    return { kind: 'again', asked: wanted }
  }
  if (!wanted.lease && !(await services.ledger.isFull(wanted.merchant.id, limit))) {
    throw new AskAgain(`${limit.scope} is full at the gate and not in the ledger`)
  }
  const grantId = known ?? (limit.level === 'member' ? await lastGrantOf(services, wanted) : undefined)
  if (limit.reason === 'already_claimed' && !grantId) {
    // Another tap of the member is between gate and ledger. It may still fail: then the member has no coupon, and
    // must not hear that they have one.
    await sleep(besideMs[attempt] ?? besideMs.at(-1))
    return { kind: 'again', asked: wanted }
  }
  return { kind: 'turned_away', reason: limit.reason, ...(grantId && { grantId }) }
}

async function lastGrantOf({ db, gate }: Services, { merchant, campaign, openid }: Asked): Promise<string | undefined> {
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
