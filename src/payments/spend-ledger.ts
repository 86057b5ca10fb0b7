import { sql } from 'kysely'
import type { Campaign } from '../plumbing/storage/schema/campaign.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { Promotion, SpendRule } from '../plumbing/storage/schema.ts'
import { lateEarns } from '../campaigns/late-facts.ts'
import { factsVersions } from './facts.ts'
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
  const spends = await memberSpends(db, campaign, [openid], refundedId)
  return spends.get(openid)!
}

/** The same for many members at once, each in the map. */
export async function memberSpends(
  db: Db,
  campaign: SpendCampaignRow,
  openids: string[],
  refundedId?: string,
): Promise<Map<string, MemberSpend>> {
  const versions = await factsVersions(db, campaign.merchant_id, openids)
  const given = await givenGrants(db, campaign, openids)
  const kept = new Set(
    [refundedId, ...given.map((grant) => grant.transactionId)].filter((id) => typeof id === 'string'),
  )
  const payments = await campaignPayments(db, campaign, openids, kept)
  const [givenTo, paidBy] = [byOpenid(given), byOpenid(payments)]
  const rule = { rule: campaign.spend, startsAt: campaign.starts_at, endsAt: campaign.ends_at }
  return new Map(
    openids.map((openid) => [
      openid,
      {
        campaign: rule,
        payments: paidBy.get(openid) ?? [],
        given: givenTo.get(openid) ?? [],
        factsVersion: versions.get(openid) ?? 0,
      },
    ]),
  )
}

/** The rows of each member, in the order in which they were read. */
function byOpenid<T>(rows: (T & { openid: string })[]): Map<string, T[]> {
  const all = new Map<string, T[]>()
  for (const { openid, ...row } of rows) {
    const own = all.get(openid)
    if (own) own.push(row as T)
    else all.set(openid, [row as T])
  }
  return all
}

async function campaignPayments(
  db: Db,
  campaign: SpendCampaignRow,
  openids: string[],
  kept: Set<string>,
): Promise<(CampaignPayment & { openid: string })[]> {
  const known = await db
    .selectFrom('payments')
    .select(['transaction_id', 'openid', 'total', 'payer_total', 'settlement', 'promotions', 'paid_at', 'source'])
    .select('created_at')
    .where('merchant_id', '=', campaign.merchant_id)
    .where('openid', '=', (eb) => eb.fn.any(eb.val(openids)))
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
    openid: payment.openid,
    transactionId: payment.transaction_id,
    total: payment.total,
    payerTotal: payment.payer_total,
    settlement: payment.settlement,
    paidAt: payment.paid_at,
    kept: kept.has(payment.transaction_id),
    refunds: refunds.get(payment.transaction_id) ?? [],
    usedOurCoupon: payment.promotions.some(
      ({ stock_id, coupon_id }) => stocks.has(stock_id ?? '') || ours.has(coupon_id ?? ''),
    ),
  }))
}

async function refundsOf(db: Db, merchantId: number, transactionIds: string[]) {
  const all = new Map<string, CampaignPayment['refunds']>()
  if (transactionIds.length === 0) return all
  const known = await db
    .selectFrom('refunds')
    .select(['transaction_id', 'refund', 'payer_refund'])
    .where('merchant_id', '=', merchantId)
    .where('transaction_id', '=', (eb) => eb.fn.any(eb.val(transactionIds)))
    .execute()
  for (const { transaction_id, refund, payer_refund } of known)
    all.set(transaction_id, [...(all.get(transaction_id) ?? []), { refund, payerRefund: payer_refund }])
  return all
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
    .where('coupon_id', '=', (eb) => eb.fn.any(eb.val(used)))
    .execute()
  return new Set(ours.map((coupon) => coupon.coupon_id as string))
}

function stockIdsOf({ coupons, spend }: SpendCampaignRow): Set<string> {
  const all = [...coupons, ...spend.tiers.flatMap((tier) => tier.coupons)]
  return new Set([...all.map((coupon) => coupon.stock_id), ...(spend.former_stocks ?? [])])
}

/** Reads everything that a campaign gave the members: spend campaigns give few grants per member. */
async function givenGrants(
  db: Db,
  campaign: Campaign,
  openids: string[],
): Promise<(GivenGrant & { openid: string })[]> {
  return db
    .selectFrom('grants')
    .innerJoin('coupons', 'coupons.grant_id', 'grants.id')
    .select(['grants.id as grantId', 'grants.openid', 'trigger_key as triggerKey', 'refunded_at as refundedAt'])
    .select('transaction_id as transactionId')
    .select((eb) => eb.fn.coalesce('tier', sql<number>`0`).as('tier'))
    .select(
      sql<boolean>`bool_and(coupons.state = 'refused') and bool_or(coupons.reason in ('refunded', 'not_eligible'))`.as(
        'cancelled',
      ),
    )
    .select(sql<boolean>`bool_or(coupons.state = 'reserved' and coupons.doubt_since is null)`.as('waiting'))
    .where('grants.merchant_id', '=', campaign.merchant_id)
    .where('grants.openid', '=', (eb) => eb.fn.any(eb.val(openids)))
    .where('campaign_id', '=', campaign.id)
    .groupBy('grants.id')
    .execute()
}

export function isSpend(campaign: Campaign): campaign is SpendCampaignRow {
  return campaign.kind === 'spend' && campaign.spend !== null
}
