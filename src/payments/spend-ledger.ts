import { sql } from 'kysely'
import type { Campaign } from '../plumbing/storage/schema/campaign.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { Promotion, SpendRule } from '../plumbing/storage/schema.ts'
import { lateEarns } from '../campaigns/late-facts.ts'
import { factsVersion } from './facts.ts'
import type { CampaignPayment, Given, SpendCampaign } from './spend-rules.ts'

/** All that the rules need to know about one member in one campaign. */
export type MemberSpend = {
  campaign: SpendCampaign
  payments: CampaignPayment[]
  given: GivenGrant[]
  /** The facts that were read are at least as new as this version. */
  factsVersion: number
}

/** `waiting`: a coupon of it is owed and not in doubt. */
export type GivenGrant = Given & {
  grantId: string
  transactionId: string | null
  refundedAt: Date | null
  waiting: boolean
}

export type SpendCampaignRow = Campaign & { spend: SpendRule }

/**
 * Reads a member's payments inside the campaign's time, their refunds, and what the campaign gave the member before.
 * The payments that earned it are read even outside that time, and so is the refunded payment `refundedId`.
 */
export async function memberSpend(
  db: Db,
  campaign: SpendCampaignRow,
  openid: string,
  refundedId?: string,
): Promise<MemberSpend> {
  const version = await factsVersion(db, campaign.merchant_id, openid)
  const given = await givenGrants(db, campaign, openid)
  const kept = new Set(
    [refundedId, ...given.map((grant) => grant.transactionId)].filter((id) => typeof id === 'string'),
  )
  return {
    campaign: { rule: campaign.spend, startsAt: campaign.starts_at, endsAt: campaign.ends_at },
    payments: await campaignPayments(db, campaign, openid, kept),
    given,
    factsVersion: version,
  }
}

async function campaignPayments(
  db: Db,
  campaign: SpendCampaignRow,
  openid: string,
  kept: Set<string>,
): Promise<CampaignPayment[]> {
  const known = await db
    .selectFrom('payments')
    .select(['transaction_id', 'total', 'payer_total', 'settlement', 'promotions', 'paid_at', 'source', 'created_at'])
    .where('merchant_id', '=', campaign.merchant_id)
    .where('openid', '=', openid)
    .where((eb) =>
      eb.or([
        eb.and([eb('paid_at', '>=', campaign.starts_at), eb('paid_at', '<=', campaign.ends_at)]),
        eb('transaction_id', '=', eb.fn.any(eb.val([...kept]))),
      ]),
    )
    .execute()
  // One that only a bill told of is late: the campaign says whether it still counts.
  const payments = known.filter(
    ({ transaction_id, source, created_at }) =>
      source !== 'bill' || kept.has(transaction_id) || lateEarns(campaign, created_at),
  )
  const refunds = await refundsOf(
    db,
    campaign.merchant_id,
    payments.map((payment) => payment.transaction_id),
  )
  const ours = await ourCouponIds(
    db,
    campaign.merchant_id,
    payments.flatMap((payment) => payment.promotions),
  )
  const stocks = stockIdsOf(campaign)
  return payments.map((payment) => ({
    transactionId: payment.transaction_id,
    total: payment.total,
    payerTotal: payment.payer_total,
    settlement: payment.settlement,
    paidAt: payment.paid_at,
    kept: kept.has(payment.transaction_id),
    refunds: refunds
      .filter((refund) => refund.transaction_id === payment.transaction_id)
      .map((refund) => ({ refund: refund.refund, payerRefund: refund.payer_refund })),
    usedOurCoupon: payment.promotions.some(
      ({ stock_id, coupon_id }) => stocks.has(stock_id ?? '') || ours.has(coupon_id ?? ''),
    ),
  }))
}

async function refundsOf(db: Db, merchantId: number, transactionIds: string[]) {
  if (transactionIds.length === 0) return []
  return db
    .selectFrom('refunds')
    .select(['transaction_id', 'refund', 'payer_refund'])
    .where('merchant_id', '=', merchantId)
    .where('transaction_id', 'in', transactionIds)
    .execute()
}

/**
 * A promotion's coupon_id is the id that WeChat answered when we sent the coupon (docs/wechat/payment-triggers.md 1.3).
 */
async function ourCouponIds(db: Db, merchantId: number, promotions: Promotion[]): Promise<Set<string>> {
  const used = promotions.flatMap(({ coupon_id }) => (coupon_id ? [coupon_id] : []))
  if (used.length === 0) return new Set()
  const ours = await db
    .selectFrom('coupons')
    .select('coupon_id')
    .where('merchant_id', '=', merchantId)
    .where('coupon_id', 'in', used)
    .execute()
  return new Set(ours.map((coupon) => coupon.coupon_id as string))
}

function stockIdsOf({ coupons, spend }: SpendCampaignRow): Set<string> {
  const all = [...coupons, ...spend.tiers.flatMap((tier) => tier.coupons)]
  return new Set([...all.map((coupon) => coupon.stock_id), ...(spend.former_stocks ?? [])])
}

/** Reads everything that a campaign gave a member: spend campaigns give few grants per member. */
async function givenGrants(db: Db, campaign: Campaign, openid: string): Promise<GivenGrant[]> {
  return db
    .selectFrom('grants')
    .innerJoin('coupons', 'coupons.grant_id', 'grants.id')
    .select(['grants.id as grantId', 'trigger_key as triggerKey', 'refunded_at as refundedAt'])
    .select('transaction_id as transactionId')
    .select((eb) => eb.fn.coalesce('tier', sql<number>`0`).as('tier'))
    .select(
      sql<boolean>`bool_and(coupons.state = 'refused') and bool_or(coupons.reason in ('refunded', 'not_eligible'))`.as(
        'cancelled',
      ),
    )
    .select(sql<boolean>`bool_or(coupons.state = 'reserved' and coupons.doubt_since is null)`.as('waiting'))
    .where('grants.merchant_id', '=', campaign.merchant_id)
    .where('grants.openid', '=', openid)
    .where('campaign_id', '=', campaign.id)
    .groupBy('grants.id')
    .execute()
}

export function isSpend(campaign: Campaign): campaign is SpendCampaignRow {
  return campaign.kind === 'spend' && campaign.spend !== null
}
