import { sql } from 'kysely'
import { isDeepStrictEqual } from 'node:util'
import type { Db } from '../../plumbing/storage/database.ts'
import type { AuditChange } from '../../plumbing/storage/schema.ts'
import type { Doer } from '../rights/parts.ts'
import { everywhere, type Scope } from '../rights/scope.ts'
import { type AuditAct, shownFields } from './acts.ts'
import { beginning, hashOfEntry } from './chain.ts'

/** A deed: `subject` names what it was about in the words of the field. */
export type Deed = {
  at: Date
  by: Doer
  act: AuditAct
  scope?: Scope
  subject: string
  /** Only the act's shown fields of these are kept, and only those that differ. */
  before?: Record<string, unknown>
  after?: Record<string, unknown>
}

/** One writer at a time makes the chain; the number names this lock among all advisory locks of the database. */
const chainLock = 1_301

/**
 * Writes the audit's row of a deed. Call it last in the deed's transaction: the row stands if and only if the deed does,
 * and from here to the end of the transaction no other deed can write its own.
 */
export async function writeAudit(trx: Db, deed: Deed): Promise<void> {
  await sql`select pg_advisory_xact_lock(${sql.lit(chainLock)})`.execute(trx)
  const last = await trx.selectFrom('audit_entries').select('hash').orderBy('id', 'desc').limit(1).executeTakeFirst()
  const { merchant_id, provider_mchid } = deed.scope ?? everywhere
  const entry = {
    at: deed.at,
    operator_id: deed.by.operatorId,
    by: deed.by.email,
    act: deed.act,
    merchant_id,
    provider_mchid,
    subject: deed.subject,
    changes: changesOf(deed),
    address: deed.by.address,
    previous: last?.hash ?? beginning,
  }
  const row = { ...entry, changes: JSON.stringify(entry.changes), hash: hashOfEntry(entry) }
  await trx.insertInto('audit_entries').values(row).execute()
}

function changesOf({ act, before = {}, after = {} }: Deed): AuditChange[] {
  return shownFields[act]
    .filter((field) => !isDeepStrictEqual(before[field] ?? null, after[field] ?? null))
    .map((field): AuditChange => [field, textOf(before[field]), textOf(after[field])])
}

function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null
  if (value instanceof Date) return value.toISOString()
  return typeof value === 'string' ? value : JSON.stringify(value)
}
