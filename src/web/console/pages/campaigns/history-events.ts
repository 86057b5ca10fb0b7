import { historyOf } from '../../../../campaigns/lists/history.ts'
import { stocksNamed } from '../../../../campaigns/stocks-named.ts'
import { changesTold, stocksTold, toldBy } from '../../../../campaigns/told-changes.ts'
import { type AuditAct, actNames } from '../../../../operators/audit/acts.ts'
import { doerName } from '../../doer-name.ts'
import type { Db } from '../../../../plumbing/storage/database.ts'
import type { Campaign } from '../../../../plumbing/storage/schema/campaign.ts'

/** What was done with a campaign, newest first and `most` of it, for the part `timeline`. */
export async function historyEvents(db: Db, campaign: Campaign, most: number) {
  const entries = await historyOf(db, campaign, most)
  const told = entries.map((entry) => ({ ...entry, ...toldBy(entry, campaign.kind) }))
  const stocks = await stocksNamed(db, campaign.merchant_id, [...new Set(told.flatMap(stocksTold))])
  return told.map((entry) => ({
    at: entry.at,
    title: actNames[entry.act as AuditAct] ?? entry.act,
    words: `由 ${doerName(entry.by)}${entry.alone ? '，没有第二人批准' : ''}`,
    changes: changesTold(entry, stocks),
  }))
}
