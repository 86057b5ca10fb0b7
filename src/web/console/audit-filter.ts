import { type AuditAct, actNames } from '../../operators/audit/acts.ts'
import type { AuditFilter } from '../../operators/audit/list.ts'
import { asEmail } from '../../operators/email.ts'
import { dayMs } from '../../plumbing/clock.ts'

/** The filter as a form or an address has it; what is no day, act or e-mail is left out. */
export type AskedFilter = { act?: string; by?: string; from?: string; to?: string }

/** Reads what was asked for; the days are Beijing's, with the last one included. */
export function askedFilter(query: URLSearchParams): AskedFilter {
  const act = query.get('act') ?? ''
  const by = asEmail(query.get('by') ?? '')
  const [from, to] = [query.get('from') ?? '', query.get('to') ?? '']
  return {
    ...(act in actNames && { act: act as AuditAct }),
    ...(by !== undefined && { by }),
    ...(startOf(from) && { from }),
    ...(startOf(to) && { to }),
  }
}

/** The same for the list. */
export function filterOf({ act, by, from, to }: AskedFilter): AuditFilter {
  const [begin, last] = [startOf(from ?? ''), startOf(to ?? '')]
  return {
    ...(act && { act }),
    ...(by && { by }),
    ...(begin && { from: begin }),
    ...(last && { to: new Date(last.getTime() + dayMs) }),
  }
}

function startOf(day: string): Date | undefined {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(day) ? new Date(`${day}T00:00:00+08:00`) : undefined
  return at && !Number.isNaN(at.getTime()) ? at : undefined
}
