import { beijingTime } from '../../plumbing/clock.ts'
import { type Cache, kept } from '../../plumbing/cache.ts'
import { csvRows, csvText } from '../../plumbing/files/csv.ts'
import { Declined } from '../rights/declined.ts'
import type { Parts } from '../rights/parts.ts'
import { doerOf, type Person } from '../rights/person.ts'
import { actNames, type AuditAct } from './acts.ts'
import type { AuditEntry } from './chain.ts'
import { type AuditFilter, listAudit } from './list.ts'
import { changesText } from './told.ts'
import { writeAudit } from './write.ts'

const batch = 500
/** More is asked for in parts, by its days. */
const rowsAtMost = 100_000

/** An export that never ended, as when its process was paused, must not close the door for ever. */
const running = kept<string, true>({ most: 1, ageMs: 10 * 60_000 })

const heads = ['编号', '时间（北京）', '操作人', '操作', '对象', '内容', '来源地址', '前一条指纹', '指纹']

/**
 * The entries that the person may see as a CSV file in pieces, newest first; the export is itself an entry. Throws
 * `Declined` while another export of this process runs.
 */
export async function* exportAudit(parts: Parts, person: Person, filter: AuditFilter): AsyncGenerator<string> {
  const { db, clock, cache } = parts
  takeTurn(cache)
  try {
    // Written before the first byte leaves: whoever breaks off has the rows all the same.
    const deed = { by: doerOf(person), act: 'audit_exported', subject: '操作日志' } as const
    const after = { filter: filterText(filter) }
    await db.transaction().execute((trx) => writeAudit(trx, { ...deed, at: clock.now(), after }))
    yield csvText([heads])
    let [rows, before] = [0, filter.before]
    do {
      const page = await listAudit(db, person, { ...filter, ...(before !== undefined && { before }) }, batch)
      rows += page.entries.length
      before = page.next
      yield csvRows(page.entries.map(rowOf))
    } while (before !== undefined && rows < rowsAtMost)
  } finally {
    cache.forget(running, 'audit')
  }
}

function takeTurn(cache: Cache): void {
  if (cache.get(running, 'audit')) throw new Declined('export_running')
  cache.set(running, 'audit', true)
}

function rowOf(entry: AuditEntry): string[] {
  return [
    String(entry.id),
    beijingTime(entry.at),
    entry.by,
    actNames[entry.act as AuditAct] ?? entry.act,
    entry.subject,
    changesText(entry),
    entry.address,
    entry.previous,
    entry.hash,
  ]
}

function filterText({ act, by, from, to }: AuditFilter): string {
  const words = [act, by, from && `≥ ${beijingTime(from)}`, to && `< ${beijingTime(to)}`]
  return words.filter(Boolean).join(' ') || '全部'
}
