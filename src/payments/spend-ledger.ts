import { sql } from 'kysely'
import type { Campaign } from '../campaigns/campaign.ts'
import type { Db } from '../database.ts'
import type { Promotion, SpendRule } from '../schema.ts'
import type { CampaignPayment, Given, SpendCampaign } from './spend-rules.ts'

/** All that the rules need to know about one member in one campaign. */
export type MemberSpend = { campaign: SpendCampaign; payments: CampaignPayment[]; given: GivenGrant[] }

/** `waiting`: a coupon of it is owed and was surely not sent yet. */
export type GivenGrant = Given & { grantId: string; refundedAt: Date | null; waiting: boolean }

export type SpendCampaignRow = Campaign & { spend: SpendRule }

/** Reads a member's payments inside the campaign's time, their refunds, and what the campaign gave the member before. */
export async function memberSpend(db: Db, campaign: SpendCampaignRow, openid: string): Promise<MemberSpend> {
  return {
    campaign: { rule: campaign.spend, startsAt: campaign.starts_at, endsAt: campaign.ends_at },
    payments: await campaignPayments(db, campaign, openid),
    given: await givenGrants(db, campaign, openid),
  }
}

async function campaignPayments(db: Db, campaign: SpendCampaignRow, openid: string): Promise<CampaignPayment[]> {
  const payments = await db
    .selectFrom('payments')
    .select(['transaction_id', 'total', 'payer_total', 'settlement', 'promotions', 'paid_at'])
    .where('merchant_id', '=', campaign.merchant_id)
    .where('openid', '=', openid)
    .where('paid_at', '>=', campaign.starts_at)
    .where('paid_at', '<=', campaign.ends_at)
    .execute()
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

/** A promotion's coupon_id is the id that WeChat answered when we sent the coupon (wechat/payment-triggers.md 1.3). */
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

function stockIdsOf(campaign: SpendCampaignRow): Set<string> {
  const coupons = [...campaign.coupons, ...campaign.spend.tiers.flatMap((tier) => tier.coupons)]
  return new Set(coupons.map((coupon) => coupon.stock_id))
}

/** What a campaign gave a member: the grants of spend campaigns are few a member, so all of them. */
export async function givenGrants(db: Db, campaign: Campaign, openid: string): Promise<GivenGrant[]> {
  return db
    .selectFrom('grants')
    .innerJoin('coupons', 'coupons.grant_id', 'grants.id')
    .select(['grants.id as grantId', 'trigger_key as triggerKey', 'refunded_at as refundedAt'])
    .select((eb) => eb.fn.coalesce('tier', sql<number>`0`).as('tier'))
    .select(sql<boolean>`bool_and(coupons.state = 'refused') and bool_or(coupons.reason = 'refunded')`.as('cancelled'))
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
