import { activeWarnings } from '../../alerts/warnings.ts'
import { type WarningKind, warningWords } from '../../alerts/warning-words.ts'
import { campaignsOfStock } from '../../stocks/campaigns-of-stock.ts'
import { stockSubject } from '../../stocks/stock-warnings.ts'
import { ask, type CampaignFinding, ofStock } from './campaign-finding.ts'
import type { Checked } from './checked.ts'

/** Warnings of which no other check tells. */
const kinds: WarningKind[] = ['stock_day_budget', 'member_stock_cap', 'same_person']

/** What else uses the stocks, and what operators were warned of. */
export async function checkElsewhere({
  services,
  campaign,
  merchant,
  offers,
  now,
}: Checked): Promise<CampaignFinding[]> {
  const found: CampaignFinding[] = []
  const warnings = await activeWarnings(services.db, merchant.id)
  for (const { stock } of offers) {
    const others = (await campaignsOfStock(services.db, stock)).filter(
      ({ id, state, ends_at }) => id !== campaign.id && state === 'published' && ends_at > now,
    )
    if (others.length > 0) {
      const titles = others.map(({ title }) => `「${title}」`).join('')
      found.push(ask(`${ofStock(stock)}也在发给活动${titles}，两边分同一个数量`, '确认剩余数量够两边用，或换一个批次'))
    }
    for (const { kind, subject, facts } of warnings) {
      if (subject !== stockSubject(stock) || !kinds.includes(kind as WarningKind)) continue
      const { message, cure } = warningWords(kind, subject, facts)
      found.push(ask(message, cure))
    }
  }
  return found
}
