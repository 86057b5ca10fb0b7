import { sql } from 'kysely'
import type { OwedCoupon } from '../ledger/coupon.ts'
import type { Services } from '../services.ts'
import { nextTry } from '../ledger/outcomes/backoff.ts'
import type { Outcome } from './classify.ts'
import { memberWords } from '../ledger/outcomes/outcomes.ts'
import { forgetObstacles, type Halt, haltOn, readObstacles } from './obstacles.ts'

/**
 * Raises the halt that an outcome asks for, or updates the cause of the active one. Returns the time of its next probe.
 * Coupons under it stay owed and keep their places.
 */
export async function raiseHalt(
  services: Services,
  coupon: Pick<OwedCoupon, 'merchantId' | 'accountId' | 'stockRef'>,
  { row, evidence }: Pick<Outcome, 'row' | 'evidence'>,
): Promise<Date> {
  const stockRef = row.scope === 'account' ? null : coupon.stockRef
  const active = (await readObstacles(services)).halts.find(
    (halt) => halt.account_id === coupon.accountId && halt.stock_ref === stockRef,
  )
  // A whole batch of sends gets the same answer: write the halt and its log line only once.
  if (active?.cause === row.name) return active.probe_at

  const since = services.clock.now()
  const probeAt = nextTry(row.schedule ?? 'setup', 0, since)
  const { code = null, message = null, requestId = null } = evidence
  const { rows } = await sql<{ probe_at: Date }>`
    insert into halts (merchant_id, account_id, stock_ref, cause, code, message, request_id, since, probe_at)
    values (${coupon.merchantId}, ${coupon.accountId}, ${stockRef}, ${row.name}, ${code}, ${message}, ${requestId}, ${since}, ${probeAt})
    on conflict (account_id, coalesce(stock_ref, 0)) where lifted_at is null
    do update set cause = excluded.cause, code = excluded.code, message = excluded.message, request_id = excluded.request_id
    returning probe_at`.execute(services.db)
  // What WeChat tells of the stock may explain the halt, and end it.
  if (stockRef !== null)
    await services.db.updateTable('stocks').set({ sync_due_at: since }).where('id', '=', stockRef).execute()
  forgetObstacles(services)
  const { merchantId, accountId } = coupon
  services.log.warn({ merchantId, accountId, stockRef, cause: row.name, code, requestId }, 'sending is halted')
  return rows[0]!.probe_at
}

/** Returns the active halt that keeps coupons of this account and stock from being sent, if there is one. */
export async function activeHalt(services: Services, accountId: number, stockRef: number): Promise<Halt | undefined> {
  return haltOn(await readObstacles(services), { accountId, stockRef })
}

/**
 * Returns how a halt affects a claim before it takes places: `sold_out` when WeChat says that the budget is used up,
 * `pending` when the coupon would have to wait for another reason, undefined without a halt.
 */
export async function whyHalted(
  services: Services,
  accountId: number,
  stockRef: number,
): Promise<'sold_out' | 'pending' | undefined> {
  const halt = await activeHalt(services, accountId, stockRef)
  if (!halt) return undefined
  return memberWords(halt.cause).reason === 'sold_out' ? 'sold_out' : 'pending'
}

/**
 * Ends a halt. The coupons that waited under it have kept their due times, so only one row is written. When an operator
 * ends it, the suspicions end too: again several members must get the same answer.
 */
export async function liftHalt(services: Services, haltId: number, by: string): Promise<void> {
  const { db, clock, log, bells } = services
  const halt = await db
    .updateTable('halts')
    .set({ lifted_at: clock.now(), lifted_by: by })
    .where('id', '=', haltId)
    .where('lifted_at', 'is', null)
    .returning(['account_id', 'stock_ref'])
    .executeTakeFirst()
  if (halt && by !== probe) {
    await db
      .deleteFrom('suspicions')
      .where('account_id', '=', halt.account_id)
      .$if(halt.stock_ref !== null, (query) => query.where('stock_ref', '=', halt.stock_ref))
      .execute()
  }
  forgetObstacles(services)
  bells.ring('delivery')
  log.info({ haltId, by }, 'sending goes on')
}

/** `lifted_by` of a halt that ended by itself: its probe succeeded, or nothing was left to probe with. */
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
