import { activeWarnings } from '../../alerts/warnings.ts'
import { type WarningKind, warningWords } from '../../alerts/warning-words.ts'
import { leftToPromise } from '../../grants/stock-left.ts'
import type { Stock } from '../../plumbing/storage/schema/stock.ts'
import { campaignsOfStock } from '../../stocks/campaigns-of-stock.ts'
import { stockSubject } from '../../stocks/stock-warnings.ts'
import { ask, type CampaignFinding, ofStock } from './campaign-finding.ts'
import type { Checked } from './checked.ts'
import { promisedOf } from './promised.ts'

/** Warnings of which no other check tells. */
const kinds: WarningKind[] = ['stock_day_budget', 'member_stock_cap', 'same_person']

/** What else uses the stocks, and what operators were warned of. */
export async function checkElsewhere(checked: Checked): Promise<CampaignFinding[]> {
  const { services, merchant, offers } = checked
  const found: CampaignFinding[] = []
  const warnings = await activeWarnings(services.db, merchant.id)
  for (const { stock } of offers) {
    found.push(...(await othersOf(checked, stock)))
    for (const { kind, subject, facts } of warnings) {
      if (subject !== stockSubject(stock) || !kinds.includes(kind as WarningKind)) continue
      const { message, cure } = warningWords(kind, subject, facts)
      found.push(ask(message, cure))
    }
  }
  return found
}

/** Campaigns that share a stock are no risk while it has enough for the most that all of them can give. */
async function othersOf(checked: Checked, stock: Stock): Promise<CampaignFinding[]> {
  const { services, campaign, now } = checked
  const others = (await campaignsOfStock(services.db, stock)).filter(
    ({ id, state, ends_at }) => id !== campaign.id && state === 'published' && ends_at > now,
  )
  if (others.length === 0) return []
  const promised = await Promise.all([campaign, ...others].map((one) => promisedOf(checked, one, stock)))
  const all = promised.reduce<number>((sum, one) => sum + (one ?? Infinity), 0)
  if (all <= (await leftToPromise(services, stock))) return []
  const titles = others.map(({ title }) => `「${title}」`).join('')
  const cure = '确认剩余数量够两边用，或换一个批次'
  return [ask(`${ofStock(stock)}也在发给活动${titles}，两边分同一个数量`, cure)]
}
