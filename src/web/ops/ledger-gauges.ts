import { sql } from 'kysely'
import { isBlockedInSql } from '../../members/blocked.ts'
import type { Clock } from '../../plumbing/clock.ts'
import type { Db } from '../../plumbing/storage/database.ts'
import {
  activeHalts,
  activeWarnings,
  jobLastSuccessSeconds,
  oldestOwedSeconds,
  owedCoupons,
  waitingInbox,
} from '../../plumbing/telemetry/metrics.ts'

/** Reads the gauges that only the database knows, just before /metrics is answered. Uses the indexes of open rows. */
export async function readLedgerGauges(db: Db, clock: Clock): Promise<void> {
  const [owed, halts, warnings, inbox, jobs] = await Promise.all([
    readOwed(db),
    readHalts(db),
    readWarnings(db),
    readInbox(db),
    readJobs(db),
  ])
  const gauges = [owedCoupons, oldestOwedSeconds, activeHalts, activeWarnings, waitingInbox, jobLastSuccessSeconds]
  for (const gauge of gauges) gauge.reset()

  const now = clock.now().getTime()
  const oldest = new Map<string, number>()
  for (const { merchant, why, coupons, since } of owed) {
    owedCoupons.set({ merchant, reason: why ?? 'new' }, Number(coupons))
    // What is held back for a blocked member is no delay.
    if (why === heldBack) continue
    oldest.set(merchant, Math.max(oldest.get(merchant) ?? 0, (now - since.getTime()) / 1_000))
  }
  for (const [merchant, seconds] of oldest) oldestOwedSeconds.set({ merchant }, seconds)
  for (const { merchant, cause, active } of halts) activeHalts.set({ merchant, cause }, Number(active))
  for (const { merchant, kind, active } of warnings) activeWarnings.set({ merchant, kind }, Number(active))
  for (const { source, waiting } of inbox) waitingInbox.set({ source }, Number(waiting))
  for (const { name, since } of jobs) jobLastSuccessSeconds.set({ job: name }, (now - since.getTime()) / 1_000)
}

const heldBack = 'member_blocked'

function readOwed(db: Db) {
  const why = sql<string | null>`case when ${isBlockedInSql('coupons')} then ${heldBack} else coupons.reason end`
  return db
    .selectFrom('coupons')
    .innerJoin('merchants', 'merchants.id', 'coupons.merchant_id')
    .where('coupons.state', '=', 'reserved')
    .groupBy(['merchants.slug', sql.ref('why')])
    .select(['merchants.slug as merchant', why.as('why'), sql<number>`count(*)`.as('coupons')])
    .select(sql<Date>`min(coupons.created_at)`.as('since'))
    .execute()
}

function readHalts(db: Db) {
  return db
    .selectFrom('halts')
    .innerJoin('merchants', 'merchants.id', 'halts.merchant_id')
    .where('halts.lifted_at', 'is', null)
    .groupBy(['merchants.slug', 'halts.cause'])
    .select(['merchants.slug as merchant', 'halts.cause', sql<number>`count(*)`.as('active')])
    .execute()
}

function readWarnings(db: Db) {
  return db
    .selectFrom('warnings')
    .innerJoin('merchants', 'merchants.id', 'warnings.merchant_id')
    .where('warnings.until', 'is', null)
    .groupBy(['merchants.slug', 'warnings.kind'])
    .select(['merchants.slug as merchant', 'warnings.kind', sql<number>`count(*)`.as('active')])
    .execute()
}

function readInbox(db: Db) {
  return db
    .selectFrom('inbox')
    .where('applied_at', 'is', null)
    .groupBy('source')
    .select(['source', sql<number>`count(*)`.as('waiting')])
    .execute()
}

function readJobs(db: Db) {
  return db
    .selectFrom('jobs')
    .select(['name', sql<Date>`coalesce(succeeded_at, registered_at)`.as('since')])
    .execute()
}
