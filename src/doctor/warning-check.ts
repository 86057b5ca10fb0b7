import { activeWarnings } from '../alerts/warnings.ts'
import { warningWords } from '../alerts/warning-words.ts'
import type { Merchant } from '../merchants/merchant.ts'
import { beijingTime } from '../plumbing/clock.ts'
import type { Services } from '../services.ts'
import { finding, type Finding } from './findings.ts'

/** The active warnings: each is fine today, and will not be if nobody does anything. */
export async function checkWarnings({ db }: Services, merchant: Merchant): Promise<Finding[]> {
  const warnings = await activeWarnings(db, merchant.id)
  if (warnings.length === 0) return [finding('no_warnings')]
  return warnings.map(({ kind, subject, facts, since }) => {
    const { message, cure } = warningWords(kind, subject, facts)
    return finding('warning', { message, since: beijingTime(since), cure })
  })
}
