import { type AuditAct, actNames } from '../../../operators/audit/acts.ts'
import type { AuditPage } from '../../../operators/audit/list.ts'
import type { AuditEntry } from '../../../operators/audit/chain.ts'
import { changesText } from '../../../operators/audit/told.ts'
import { isOfCampaign, linesTold } from '../../../campaigns/told-changes.ts'
import { doerName } from '../doer-name.ts'
import type { Context } from '../../shell/context.ts'
import type { AskedFilter } from '../audit-filter.ts'
import { consolePaths as paths } from '../paths.ts'
import { render } from '../render.ts'
import type { PersonState } from '../state.ts'

/** The list of the audit with its filters. */
export function renderAudit(ctx: Context<PersonState>, asked: AskedFilter, { entries, next }: AuditPage): void {
  const rows = entries.map((entry) => ({
    ...entry,
    byName: doerName(entry.by),
    actName: nameOf(entry.act),
    told: wordsOf(entry),
  }))
  const kinds = Object.entries(actNames).map(([value, text]) => ({ value, text }))
  const older = next === undefined ? undefined : address({ ...asked, before: String(next) })
  const first = ctx.query.before === undefined ? undefined : address(asked)
  render(ctx, 'audit', { paths, rows, kinds, asked, chips: chipsOf(asked), older, first })
}

/** Fields of a proposal that only a program compares; the export has them. */
const inExport = new Set(['act', 'hash'])

/** A campaign's rules in its own words; the stocks by their numbers. */
function wordsOf(entry: AuditEntry): string {
  return isOfCampaign(entry)
    ? linesTold(entry)
    : changesText({ changes: entry.changes.filter(([field]) => !inExport.has(field)) })
}

function nameOf(act: string): string {
  return actNames[act as AuditAct] ?? act
}

function address(query: Record<string, string>): string {
  const text = new URLSearchParams(query).toString()
  return text === '' ? paths.audit : `${paths.audit}?${text}`
}

/** Each filter in words, with the address of the list without it. */
function chipsOf(asked: AskedFilter) {
  const words = { act: '操作', by: '操作人', from: '从', to: '到' }
  return Object.entries(asked).map(([name, value]) => {
    const without = Object.fromEntries(Object.entries(asked).filter(([other]) => other !== name))
    const text = `${words[name as keyof AskedFilter]} ${name === 'act' ? nameOf(value) : value}`
    return { text, href: address(without) }
  })
}
