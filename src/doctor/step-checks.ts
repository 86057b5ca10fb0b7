import type { Merchant } from '../merchants/merchant.ts'
import { type Standing, standingsOf } from '../onboarding/standing.ts'
import { type Step, type StepNumber, steps } from '../onboarding/steps.ts'
import type { Services } from '../services.ts'
import type { Finding } from './findings.ts'
import { readShelf, type Shelf } from './shelf.ts'
import {
  findingOf,
  stepDone,
  stepFailed,
  stepKept,
  stepLeft,
  stepNotNeeded,
  stepUnknown,
  type StepVerdict,
} from './step-findings.ts'

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
  const known = { now: (await standingsOf(db, merchant.id)).now, shelf: await readShelf(db, merchant.id) }
  return verdictsOf({ ...known, found, providers: providersOf(merchant) }).map(findingOf)
}

/** What of a merchant its steps depend on; `providers`: the numbers of its providers. */
export type Known = { found: Finding[]; now: Map<number, Standing>; shelf: Shelf; providers: string[] }

/** The twelve steps in their order, from what is known; nobody is asked. */
export function verdictsOf({ found, now, shelf, providers }: Known): StepVerdict[] {
  const tested = found.filter((finding) => !isOfProvider(finding, providers))
  return steps.map((step) => {
    const checks = checksOf[step.number] ?? []
    const live = checks.flatMap((check) => tested.filter((finding) => finding.check === check))
    return verdict(step, live, now.get(step.number), shelf)
  })
}

export function providersOf(merchant: Merchant): string[] {
  return merchant.accounts.filter(({ role }) => role === 'provider').map(({ mchid }) => mchid)
}

function verdict(step: Step, live: Finding[], standing: Standing | undefined, shelf: Shelf): StepVerdict {
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
function isOfProvider({ check, message }: Finding, providers: string[]): boolean {
  if (check !== 'keys' && check !== 'certificate_date') return false
  return providers.some((mchid) => message.startsWith(`商户号 ${mchid}：`))
}
