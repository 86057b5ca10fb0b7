import { type Selectable, sql } from 'kysely'
import type { OwedCoupon } from '../claims/coupon.ts'
import type { Db } from '../database.ts'
import type { HaltsTable } from '../schema.ts'
import type { Services } from '../services.ts'
import { nextTry } from './backoff.ts'
import type { Outcome } from './classify.ts'
import { memberWords, outcomes } from './outcomes.ts'

/** A stock, or a whole account (`stock_ref` null), that must not be sent from until its cause is gone. */
export type Halt = Selectable<HaltsTable>

/**
 * Raises the halt that an outcome asks for, or tells the standing one its newest cause. Returns when it is probed next.
 * Coupons under it stay owed and keep their places.
 */
export async function raiseHalt(
  services: Services,
  coupon: Pick<OwedCoupon, 'merchantId' | 'accountId' | 'stockRef'>,
  { row, evidence }: Pick<Outcome, 'row' | 'evidence'>,
): Promise<Date> {
  const stockRef = row.scope === 'account' ? null : coupon.stockRef
  const standing = (await standingHalts(services)).find(
    (halt) => halt.account_id === coupon.accountId && halt.stock_ref === stockRef,
  )
  // A whole batch in flight meets the same cause: one line is enough.
  if (standing?.cause === row.name) return standing.probe_at

  const since = services.clock.now()
  const probeAt = nextTry(row.schedule ?? 'setup', 0, since)
  const { code = null, message = null, requestId = null } = evidence
  const { rows } = await sql<{ probe_at: Date }>`
    insert into halts (merchant_id, account_id, stock_ref, cause, code, message, request_id, since, probe_at)
    values (${coupon.merchantId}, ${coupon.accountId}, ${stockRef}, ${row.name}, ${code}, ${message}, ${requestId}, ${since}, ${probeAt})
    on conflict (account_id, coalesce(stock_ref, 0)) where lifted_at is null
    do update set cause = excluded.cause, code = excluded.code, message = excluded.message, request_id = excluded.request_id
    returning probe_at`.execute(services.db)
  forgetHalts(services.db)
  const { merchantId, accountId } = coupon
  services.log.warn({ merchantId, accountId, stockRef, cause: row.name, code, requestId }, 'sending is halted')
  return rows[0]!.probe_at
}

/** The halt that keeps coupons of this account and stock from being sent, if one stands. */
export async function standingHalt(services: Services, accountId: number, stockRef: number): Promise<Halt | undefined> {
  const halts = await standingHalts(services)
  return halts.find((halt) => halt.account_id === accountId && (halt.stock_ref === null || halt.stock_ref === stockRef))
}

/** What a claim may say before it takes places: `sold_out` where WeChat says the budget is gone, else the coupon would wait. */
export async function whyHalted(
  services: Services,
  accountId: number,
  stockRef: number,
): Promise<'sold_out' | 'pending' | undefined> {
  const halt = await standingHalt(services, accountId, stockRef)
  if (!halt) return undefined
  return memberWords(halt.cause).reason === 'sold_out' ? 'sold_out' : 'pending'
}

/**
 * Ends a halt and makes what waited under it due now, in one transaction. What was never tried keeps its time (it may be
 * held on purpose). After a probe, so does what WeChat refused for reasons nobody knows: it would only halt the rest again.
 */
export async function liftHalt(services: Services, haltId: number, by: string): Promise<void> {
  const now = services.clock.now()
  await services.db.transaction().execute(async (trx) => {
    const halt = await trx
      .updateTable('halts')
      .set({ lifted_at: now, lifted_by: by })
      .where('id', '=', haltId)
      .where('lifted_at', 'is', null)
      .returning(['account_id', 'stock_ref'])
      .executeTakeFirst()
    if (!halt) return
    let waiting = trx
      .updateTable('coupons')
      .set({ due_at: now })
      .where('state', '=', 'reserved')
      .where('account_id', '=', halt.account_id)
      .where('due_at', '>', now)
      .where('reason', 'is not', null)
    if (halt.stock_ref !== null) waiting = waiting.where('stock_ref', '=', halt.stock_ref)
    if (by === probe) waiting = waiting.where('reason', 'not in', perhapsTheirOwn)
    await waiting.execute()
  })
  forgetHalts(services.db)
  services.log.info({ haltId, by }, 'sending goes on')
}

/** Causes that may be one coupon's own. */
const perhapsTheirOwn = outcomes.filter((row) => row.couponSchedule !== undefined).map((row) => row.name)

/** Who lifted a halt that lifted itself. */
export const probe = 'probe'

/** Lifts every halt that the owed coupons of these grants meet. */
export async function liftFor(services: Services, grantIds: string[], by: string): Promise<void> {
  if (grantIds.length === 0) return
  const { rows } = await sql<{ id: number }>`
    select distinct h.id from halts h join coupons c
      on c.account_id = h.account_id and (h.stock_ref is null or h.stock_ref = c.stock_ref)
    where h.lifted_at is null and c.state = 'reserved' and c.grant_id = any(${grantIds}::uuid[])`.execute(services.db)
  for (const { id } of rows) await liftHalt(services, id, by)
}

/** A halt raised by another process is obeyed after this; until then a send only meets the same answer again. */
const cacheMs = 1_000

type Cache = { readAt: number; halts: Promise<Halt[]> }
const caches = new WeakMap<Db, Cache>()

/** Every send asks, so the few rows are kept for a second. */
function standingHalts({ db }: Services): Promise<Halt[]> {
  const known = caches.get(db)
  if (known && performance.now() - known.readAt < cacheMs) return known.halts
  const halts = db.selectFrom('halts').selectAll().where('lifted_at', 'is', null).orderBy('stock_ref', 'desc').execute()
  const fresh = { readAt: performance.now(), halts }
  caches.set(db, fresh)
  halts.catch(() => caches.get(db) === fresh && caches.delete(db))
  return halts
}

function forgetHalts(db: Db): void {
  caches.delete(db)
}
