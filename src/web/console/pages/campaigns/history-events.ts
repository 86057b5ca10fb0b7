import { type AuditAct, actNames, fieldNames } from '../../../../operators/audit/acts.ts'
import type { AuditEntry } from '../../../../operators/audit/chain.ts'

/** What was done with a campaign, for the part `timeline`. */
export function historyEvents(entries: AuditEntry[]) {
  return entries.map(({ at, by, act, changes }) => ({
    at,
    title: actNames[act as AuditAct] ?? act,
    words: `由 ${by === 'command line' ? '命令行' : by}`,
    ...(changes.length > 0 && { raw: changes.map(changeWords).join('\n') }),
  }))
}

function changeWords([field, before, after]: AuditEntry['changes'][number]): string {
  return `${fieldNames[field] ?? field}：${before ?? '（空）'} → ${after ?? '（空）'}`
}
