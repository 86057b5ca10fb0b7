import type { Db } from '../../plumbing/storage/database.ts'
import { merchantsFor, type Person } from '../rights/person.ts'
import type { AuditEntry } from './chain.ts'

/** What of the audit is asked for. `before`: only entries older than this one, for the next page. */
export type AuditFilter = { act?: string; by?: string; from?: Date; to?: Date; before?: number }

export type AuditPage = { entries: AuditEntry[]; next: number | undefined }

/**
 * The newest entries that the person may see, `most` of them. Who manages everything sees all; who manages merchants
 * sees what was done there, and everybody their own.
 */
export async function listAudit(db: Db, person: Person, filter: AuditFilter, most: number): Promise<AuditPage> {
  const found = await matching(db, person, filter)
    .selectAll()
    .orderBy('id', 'desc')
    .limit(most + 1)
    .execute()
  const entries = found.slice(0, most)
  return { entries, next: found.length > most ? entries.at(-1)?.id : undefined }
}

function matching(db: Db, person: Person, { act, by, from, to, before }: AuditFilter) {
  const merchants = merchantsFor(person, 'look_at_audit')
  let query = db.selectFrom('audit_entries')
  if (merchants !== 'all') {
    query = query.where((is) =>
      is.or([
        is('operator_id', '=', person.operatorId),
        ...(merchants.length > 0 ? [is('merchant_id', 'in', merchants)] : []),
      ]),
    )
  }
  if (act) query = query.where('act', '=', act)
  if (by) query = query.where('by', '=', by)
  if (from) query = query.where('at', '>=', from)
  if (to) query = query.where('at', '<', to)
  if (before !== undefined) query = query.where('id', '<', before)
  return query
}
