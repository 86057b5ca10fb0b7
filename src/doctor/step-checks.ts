import type { Merchant } from '../merchants/merchant.ts'
import { type Standing, standingsOf } from '../onboarding/standing.ts'
import { type Step, type StepNumber, steps } from '../onboarding/steps.ts'
import type { Services } from '../services.ts'
import type { Finding } from './findings.ts'
import { readShelf, type Shelf } from './shelf.ts'
import { stepDone, stepFailed, stepKept, stepLeft, stepNotNeeded, stepUnknown } from './step-findings.ts'

/** The checks that test a step, the telling one first; the others are known by what is kept, or by our own tables. */
const checksOf: Partial<Record<StepNumber, string[]>> = {
  2: ['provider_appid'],
  3: ['appid_bound'],
  6: ['keys', 'certificate_date'],
  7: ['verification_key'],
  8: ['signature', 'app_secret', 'clock', 'keys'],
  9: ['stock_readable', 'stock_kind', 'stock_tags'],
  10: ['stock_state'],
}

/**
 * The twelve steps, one finding each in their order: what `found` has already tested, else what was said by hand or
 * proven. Wrong is only what is known to be missing; nobody is asked again.
 */
export async function checkSteps({ db }: Services, merchant: Merchant, found: Finding[]): Promise<Finding[]> {
  const { now } = await standingsOf(db, merchant.id)
  const shelf = await readShelf(db, merchant.id)
  const tested = found.filter((finding) => !isOfProvider(finding, merchant))
  return steps.map((step) => {
    const checks = checksOf[step.number] ?? []
    const live = checks.flatMap((check) => tested.filter((finding) => finding.check === check))
    return verdict(step, live, now.get(step.number), shelf)
  })
}

function verdict(step: Step, live: Finding[], standing: Standing | undefined, shelf: Shelf): Finding {
  const failed = live.filter(({ ok }) => !ok)
  if (failed.length > 0) return stepFailed(step, failed)
  const shown = shelf.shows(step.number)
  if (shown) return shown.isThere ? stepDone(step, shown.words) : stepLeft(step, shown.words)
  // WeChat shows a stock also to a number that may not send it: only a send tells.
  if (standing && step.key === 'stock_created' && isRefusedByWeChat(standing)) return stepKept(step, standing)
  if (live.length > 0) return stepDone(step, live.find(({ cure }) => cure !== '') ?? live[0]!)
  if (standing) return stepKept(step, standing)
  return shelf.needs(step.number) ? stepUnknown(step) : stepNotNeeded(step)
}

function isRefusedByWeChat({ state, source }: Standing): boolean {
  return state === 'refused' && source === 'evidence'
}

/** Keys and certificates of a provider are no part of the merchant's steps. */
function isOfProvider({ check, message }: Finding, merchant: Merchant): boolean {
  if (check !== 'keys' && check !== 'certificate_date') return false
  return merchant.accounts.some(({ role, mchid }) => role === 'provider' && message.startsWith(`商户号 ${mchid}：`))
}
