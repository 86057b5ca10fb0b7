import type { AuditEntry } from '../operators/audit/chain.ts'
import { type Difference, differencesOf } from './differences.ts'
import type { Stocks } from './promise.ts'
import { type Rules, stockIdsOf } from './rules-of.ts'

type Side = Partial<Rules>

/** What an entry of the audit says of a campaign before and after, as the campaign's own types. */
export type Told = { before: Side; after: Side; alone: boolean }

/** How the audit writes each field that is no plain text (operators/audit/write.ts). */
const read: Record<string, (text: string) => unknown> = {
  starts_at: (text) => new Date(text),
  ends_at: (text) => new Date(text),
  coupons: JSON.parse,
  limits: JSON.parse,
  spend: JSON.parse,
  card_ids: JSON.parse,
  sender_mchids: JSON.parse,
  gifted: JSON.parse,
  stackable: JSON.parse,
}

/** Reads an entry about a campaign of this kind. */
export function toldBy({ changes }: Pick<AuditEntry, 'changes'>, kind: Rules['kind']): Told {
  const side = (which: 1 | 2): Side => {
    const pairs = changes.flatMap((change) => {
      const [field, text] = [change[0], change[which]]
      return text === null ? [] : [[field, (read[field] ?? String)(text)]]
    })
    return { kind, ...Object.fromEntries(pairs) }
  }
  return { before: side(1), after: side(2), alone: changes.some(([field]) => field === 'alone') }
}

/** The stocks that it names. */
export function stocksTold({ before, after }: Told): string[] {
  return [before, after].flatMap(({ coupons = [], spend = null }) => stockIdsOf({ coupons, spend }))
}

/** What it changed, in the words of the console. */
export function changesTold({ before, after }: Told, stocks: Stocks): Difference[] {
  return differencesOf(before, after, stocks)
}

/** Whether the entry has the fields of a campaign. */
export function isOfCampaign({ act }: Pick<AuditEntry, 'act'>): boolean {
  return act.startsWith('campaign_') && act !== 'campaign_copied'
}

/** `总量：3 → 50；…`, where neither the campaign's kind nor its stocks are at hand. */
export function linesTold(entry: Pick<AuditEntry, 'act' | 'changes'>): string {
  // A new campaign has all fields, also those that only one kind uses.
  const told = toldBy(entry, entry.act === 'campaign_created' ? 'link' : 'card_open')
  return changesTold(told, new Map())
    .map(({ name, before, after }) => `${name}：${before === null ? (after ?? '—') : `${before} → ${after ?? '—'}`}`)
    .join('；')
}
