import type { Merchant } from '../merchants/merchant.ts'
import { standingsOf } from '../onboarding/standing.ts'
import type { Services } from '../services.ts'
import { type Examination, lastExaminations } from './examinations.ts'
import type { Finding } from './findings.ts'
import { readShelf } from './shelf.ts'
import { providersOf, verdictsOf } from './step-checks.ts'
import type { StepVerdict } from './step-findings.ts'

/** How far a merchant is. `others`: what the last examination found wrong besides the steps. */
export type Guide = { verdicts: StepVerdict[]; last: Examination | undefined; others: Finding[] }

/** The twelve steps by what the last examination found and by what is kept since; WeChat is not asked. */
export async function guideOf({ db }: Pick<Services, 'db'>, merchant: Merchant): Promise<Guide> {
  const last = (await lastExaminations(db, [merchant.id])).get(merchant.id)
  const found = (last?.findings ?? []).filter(({ check }) => !check.startsWith('step_'))
  const { now } = await standingsOf(db, merchant.id)
  const shelf = await readShelf(db, merchant.id)
  const verdicts = verdictsOf({ found, now, shelf, providers: providersOf(merchant) })
  const told = verdicts.filter(({ state }) => state === 'failed').map(({ words }) => words)
  const others = found.filter(({ ok, message }) => !ok && !told.some((words) => words.includes(message)))
  return { verdicts, last, others }
}
