import { sql } from 'kysely'
import { laneHeads } from '../ledger/lanes.ts'
import type { Services } from '../services.ts'
import { nextTry } from '../ledger/outcomes/backoff.ts'
import { doors } from './doors.ts'
import { liftHalt, probe } from './halts.ts'
import { outcomeNamed } from '../ledger/outcomes/outcomes.ts'
import type { SendResult } from './send-result.ts'
import { send } from './sender.ts'
import type { Halt } from './obstacles.ts'

/** Halts that are probed per round. */
const roundSize = 16
/** While one process probes a halt, no other does. Longer than a send may take. */
const probeHoldMs = 15_000
/**
 * A temporary fault says nothing about the halt's cause: the next probe comes after a third try's pause, about 10 s.
 */
const passingTries = 2

/**
 * Sends one owed coupon under each halt whose probe is due. If it is sent, or refused for a reason of the member's own,
 * the cause is gone: the halt is lifted, and the coupons under it are sent. Otherwise the next probe comes after a
 * longer pause. Throws what the database throws.
 */
export async function probeHalts(services: Services): Promise<void> {
  const due = await takeDueProbes(services)
  await Promise.all(due.map((halt) => probeHalt(services, halt)))
}

/**
 * Several processes look at the same time; the one that updates `probe_at` first gets the halt. A stock's halt is not
 * probed while its account is halted, since the probe would only meet the account's cause.
 */
async function takeDueProbes({ db, clock }: Services): Promise<Halt[]> {
  const now = clock.now()
  const { rows } = await sql<Halt>`
    update halts set probe_at = ${new Date(now.getTime() + probeHoldMs)}, probes = probes + 1
    where id in (
      select id from halts h where lifted_at is null and probe_at <= ${now} and (stock_ref is null or not exists (
        select from halts a where a.account_id = h.account_id and a.stock_ref is null and a.lifted_at is null))
      order by probe_at limit ${roundSize} for update skip locked)
    returning *`.execute(db)
  return rows
}

async function probeHalt(services: Services, halt: Halt): Promise<void> {
  const coupon = await services.ledger.leaseProbe(halt)
  if (coupon) {
    await conclude(services, halt, await send(services, coupon, { ...doors.probe, probing: true }))
  } else if (!(await isOwedUnder(services, halt))) {
    // No coupon is owed that could be the probe, so the next claim is it.
    await liftHalt(services, halt.id, probe)
  }
}

async function conclude(services: Services, halt: Halt, result: SendResult): Promise<void> {
  if (result.state !== 'owed') return liftHalt(services, halt.id, probe)
  const row = outcomeNamed(result.reason)
  // WeChat reports a fault of the stock only after it has accepted the account's set-up.
  if (halt.stock_ref === null && row.scope === 'stock') return liftHalt(services, halt.id, probe)
  const now = services.clock.now()
  const isSameKind = row.verdict === 'halt' && row.scope === (halt.stock_ref === null ? 'account' : 'stock')
  const probeAt = isSameKind ? nextTry(row.schedule ?? 'setup', halt.probes, now) : nextTry('again', passingTries, now)
  await services.db
    .updateTable('halts')
    .set({ probe_at: probeAt })
    .where('id', '=', halt.id)
    .where('lifted_at', 'is', null)
    .execute()
}

/** True when a coupon is due that only the halt keeps from being sent; coupons that are due later do not count. */
async function isOwedUnder({ db, clock }: Services, halt: Halt): Promise<boolean> {
  const isUnder = sql`account_id = ${halt.account_id}${halt.stock_ref === null ? sql`` : sql` and stock_ref = ${halt.stock_ref}`}`
  const { rows } = await sql`
    with recursive ${laneHeads(isUnder)} select from heads where due_at <= ${clock.now()} limit 1`.execute(db)
  return rows.length > 0
}
