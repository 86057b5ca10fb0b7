import { sql } from 'kysely'
import type { Campaign } from '../plumbing/storage/schema/campaign.ts'
import type { Db } from '../plumbing/storage/database.ts'

/** Reads a campaign and locks it against changes until the transaction ends, so that its limits stay the same. */
export function holdCampaign(trx: Db, campaignId: number): Promise<Campaign> {
  return trx.selectFrom('campaigns').selectAll().where('id', '=', campaignId).forShare().executeTakeFirstOrThrow()
}

/**
 * The same for a grant's campaign: places are given back before or after a change of its limits, never in the middle.
 */
export function holdCampaignOf(trx: Db, grantId: string): Promise<Campaign> {
  return trx
    .selectFrom('campaigns')
    .selectAll()
    .where('id', '=', (query) => query.selectFrom('grants').select('campaign_id').where('grants.id', '=', grantId))
    .forShare()
    .executeTakeFirstOrThrow()
}

/** Locks a grant's row, before any change to its coupons or places. Returns the fields that others may have changed. */
export function lockGrant(trx: Db, grantId: string) {
  return trx
    .selectFrom('grants')
    .select(['tier', 'earned_at', 'refunded_at'])
    .where('id', '=', grantId)
    .forUpdate()
    .executeTakeFirstOrThrow()
}

/**
 * Until the transaction ends, no other one writes these payments, their refunds or the coupons used in them: they may
 * be reported at the same moment, and each must see the other. Advisory locks, since before something is written there
 * is no row to lock.
 */
export function lockPayments(trx: Db, merchantId: number, transactionIds: string[]): Promise<void> {
  return lockNames(
    trx,
    transactionIds.map((id) => `payment/${merchantId}/${id}`),
  )
}

/** The same for what became of coupons. Payments are locked before it. */
export function lockCoupons(trx: Db, merchantId: number, couponIds: string[]): Promise<void> {
  return lockNames(
    trx,
    couponIds.map((id) => `coupon/${merchantId}/${id}`),
  )
}

/** Always in the same order, so that no two transactions wait for each other. */
async function lockNames(trx: Db, names: string[]): Promise<void> {
  const sorted = [...new Set(names)].toSorted()
  if (sorted.length === 0) return
  await sql`select pg_advisory_xact_lock(hashtextextended(name, 0))
    from unnest(${sorted}::text[]) with ordinality as named(name, nth) order by nth`.execute(trx)
}
