import { type Selectable, sql } from 'kysely'
import type { Logger } from 'pino'
import type { Clock } from '../plumbing/clock.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { WarningsTable } from '../plumbing/storage/schema.ts'
import { type Facts, type WarningKind, warningWords } from './warning-words.ts'

export type Warning = Selectable<WarningsTable>

/** Something that an operator must know, as it is found now. `subject` names one thing of the merchant. */
export type FoundWarning = { kind: WarningKind; subject: string; facts: Facts }

type Parts = { db: Db; clock: Clock; log: Logger }

/**
 * Brings a merchant's active warnings of these kinds (only those about `subject`, if it is named) in line with what was
 * found: a new one begins, one that is no longer found ends, the facts of the others are renewed. Each beginning and
 * end is one line in the log. Throws what the database throws.
 */
export async function settleWarnings(
  parts: Parts,
  about: { merchantId: number; kinds: readonly WarningKind[]; subject?: string },
  found: FoundWarning[],
): Promise<void> {
  const active = await parts.db
    .selectFrom('warnings')
    .selectAll()
    .where('merchant_id', '=', about.merchantId)
    .where('kind', 'in', [...about.kinds])
    .$if(about.subject !== undefined, (query) => query.where('subject', '=', about.subject!))
    .where('until', 'is', null)
    .execute()
  const isSame = (one: FoundWarning) => (other: { kind: string; subject: string }) =>
    other.kind === one.kind && other.subject === one.subject
  for (const one of found) {
    const before = active.find(isSame(one))
    if (!before) await begin(parts, about.merchantId, one)
    else if (!sameFacts(before.facts, one.facts)) await renew(parts, before.id, one.facts)
  }
  for (const one of active) if (!found.some((other) => isSame(other)(one))) await end(parts, one)
}

/** Two processes may find it at the same moment: only the one whose row is written tells it. */
async function begin(
  { db, clock, log }: Parts,
  merchantId: number,
  { kind, subject, facts }: FoundWarning,
): Promise<void> {
  const begun = await db
    .insertInto('warnings')
    .values({ merchant_id: merchantId, kind, subject, facts: JSON.stringify(facts), since: clock.now() })
    .onConflict((conflict) =>
      conflict.columns(['merchant_id', 'kind', 'subject']).where('until', 'is', null).doNothing(),
    )
    .returning('id')
    .executeTakeFirst()
  if (begun) log.warn({ merchantId, warning: kind, subject, ...facts }, warningWords(kind, subject, facts).message)
}

async function renew({ db }: Parts, id: number, facts: Facts): Promise<void> {
  await db
    .updateTable('warnings')
    .set({ facts: JSON.stringify(facts) })
    .where('id', '=', id)
    .execute()
}

async function end({ db, clock, log }: Parts, { id, merchant_id, kind, subject }: Warning): Promise<void> {
  const ended = await db
    .updateTable('warnings')
    .set({ until: sql<Date>`greatest(since, ${clock.now()})` })
    .where('id', '=', id)
    .where('until', 'is', null)
    .returning('id')
    .executeTakeFirst()
  if (ended) log.info({ merchantId: merchant_id, warning: kind, subject }, 'the cause of a warning is gone')
}

/** The active warnings of a merchant, oldest first. */
export function activeWarnings(db: Db, merchantId: number): Promise<Warning[]> {
  return db
    .selectFrom('warnings')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('until', 'is', null)
    .orderBy('id')
    .execute()
}

function sameFacts(one: Facts, other: Facts): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...names].every((name) => one[name] === other[name])
}
