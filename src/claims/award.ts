import type { Campaign } from '../campaigns/campaign.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { MemberReason } from '../refusal.ts'
import type { CampaignCoupon } from '../schema.ts'
import type { Services } from '../services.ts'
import type { Stock } from '../stocks/stock.ts'
import { closedReason } from './campaign-window.ts'
import type { OwedCoupon } from './coupon.ts'
import type { Limit } from './limits.ts'
import { leasedOf, planAward } from './plan.ts'
import type { Reservation } from './reserve.ts'
import { isFullInLedger } from './slots.ts'

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
  /** Not to be sent before; now when absent. */
  dueAt?: Date | undefined
  /** When it was earned: decides the day and whether the campaign was open. */
  at: Date
  /** True when the caller sends at once: it gets the coupons leased. Otherwise the worker sends them. */
  lease?: boolean
}

export type Awarded =
  | { kind: 'granted'; grantId: string; coupons: Reservation['coupons']; leased: OwedCoupon[]; stocks: Stock[] }
  | { kind: 'existing'; grantId: string }
  | { kind: 'turned_away'; reason: MemberReason; grantId?: string }

/** Thrown for an award that a fact has earned and that cannot be decided now: the caller must ask again. */
export class AwardUndecided extends Error {}

/** Conflicts mean that the gate was wrong; each refill corrects it, so more than a few mean trouble elsewhere. */
const maxTries = 8

/**
 * Gives an award its places and writes its grant and coupons, once. Never sends. Throws `AwardUndecided` where a
 * refusal could be wrong and nobody is waiting to tap again, and whatever the database throws.
 */
export async function award(services: Services, wanted: Award): Promise<Awarded> {
  const { gate, ledger, directory } = services
  let { campaign } = wanted
  let confirmedFull = false
  for (let attempt = 0; attempt < maxTries; attempt += 1) {
    const closed = closedReason(campaign, wanted.at)
    if (closed) return { kind: 'turned_away', reason: closed }
    const plan = await planAward(services, { ...wanted, campaign })
    const asking = { merchantId: wanted.merchant.id, campaignId: campaign.id, openid: wanted.openid }

    const admission = await gate.admit(asking, plan.limits)
    if (admission.kind === 'full') {
      const { limit, grantId } = admission
      if (limit.level === 'member' && !grantId && !confirmedFull) {
        // Nobody has confirmed a grant: a process may have died between the gate and the ledger. The ledger decides.
        confirmedFull = true
        await gate.refill(
          asking.merchantId,
          plan.limits.filter((one) => one.level === 'member'),
          'replace',
        )
        continue
      }
      if (!wanted.lease && limit.level === 'campaign' && !(await isFullInLedger(services, limit))) {
        throw new AwardUndecided(`${limit.scope} is full at the gate and not in the ledger`)
      }
      return turnedAway(services, wanted, campaign, limit, grantId)
    }

    const reservation = plan.reserve(admission.numbers)
    const reserved = await ledger.reserve(reservation).catch((error: unknown) => {
      // Written or not, nobody knows; but places kept at the gate for nothing would tell others that all is gone.
      gate.giveBack(asking.merchantId, reservation.slots)
      throw error
    })
    if (reserved.kind === 'reserved') {
      gate.confirm(asking, reservation.grant.id)
      return {
        kind: 'granted',
        grantId: reservation.grant.id,
        coupons: reservation.coupons,
        leased: leasedOf(reservation),
        stocks: plan.stocks,
      }
    }
    gate.giveBack(asking.merchantId, reservation.slots)
    if (reserved.kind === 'existing') {
      gate.confirm(asking, reserved.grantId)
      return reserved
    }
    if (reserved.kind === 'taken') {
      await gate.refill(
        asking.merchantId,
        plan.limits.filter((one) => one.scope === reserved.scope),
        'merge',
      )
    } else if (reserved.kind === 'busy') {
      wanted = { ...wanted, lease: false }
    } else {
      directory.forget()
      campaign = (await directory.campaignById(campaign.id)) ?? { ...campaign, state: 'ended' }
    }
  }
  throw new AwardUndecided(`no place could be taken in ${maxTries} tries`)
}

async function turnedAway(
  services: Services,
  wanted: Award,
  campaign: Campaign,
  limit: Limit,
  known: string | undefined,
): Promise<Awarded> {
  const grantId = known ?? (limit.level === 'member' ? await lastGrantOf(services, campaign.id, wanted) : undefined)
  return { kind: 'turned_away', reason: limit.reason, ...(grantId ? { grantId } : {}) }
}

async function lastGrantOf(
  { db, gate }: Services,
  campaignId: number,
  { merchant, openid }: Award,
): Promise<string | undefined> {
  const grant = await db
    .selectFrom('grants')
    .select('id')
    .where('merchant_id', '=', merchant.id)
    .where('openid', '=', openid)
    .where('campaign_id', '=', campaignId)
    .orderBy('id', 'desc')
    .executeTakeFirst()
  if (grant) gate.confirm({ merchantId: merchant.id, campaignId, openid }, grant.id)
  return grant?.id
}
