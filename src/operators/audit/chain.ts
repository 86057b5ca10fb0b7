import { createHash } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { Db } from '../../plumbing/storage/database.ts'
import type { AuditEntriesTable } from '../../plumbing/storage/schema.ts'

export type AuditEntry = Selectable<AuditEntriesTable>

/** What stands before the first entry. */
export const beginning = '0'.repeat(64)

/** Entries that are read at once. */
const batch = 1_000

/** The hash of an entry: of all that it tells, and of the hash of the entry before it. */
export function hashOfEntry(entry: Omit<AuditEntry, 'id' | 'hash'>): string {
  const told = [
    entry.previous,
    entry.at.toISOString(),
    entry.operator_id,
    entry.by,
    entry.act,
    entry.merchant_id,
    entry.provider_mchid,
    entry.subject,
    entry.changes,
    entry.address,
  ]
  return createHash('sha256').update(JSON.stringify(told)).digest('hex')
}

/** What looking at the whole chain found; `broken`: the first entry that is not what was written, or not where. */
export type ChainReport = { entries: number; lastHash: string; broken: number | undefined }

/**
 * Reads the whole audit and compares every hash. Entries taken from the end leave a chain that holds: compare `entries`
 * and `lastHash` with those noted earlier.
 */
export async function verifyAudit(db: Db): Promise<ChainReport> {
  const report: ChainReport = { entries: 0, lastHash: beginning, broken: undefined }
  let after = 0
  for (;;) {
    const entries = await db
      .selectFrom('audit_entries')
      .selectAll()
      .where('id', '>', after)
      .orderBy('id')
      .limit(batch)
      .execute()
    for (const entry of entries) {
      if (entry.previous !== report.lastHash || entry.hash !== hashOfEntry(entry)) {
        return { ...report, broken: entry.id }
      }
      report.entries += 1
      report.lastHash = entry.hash
      after = entry.id
    }
    if (entries.length < batch) return report
  }
}
