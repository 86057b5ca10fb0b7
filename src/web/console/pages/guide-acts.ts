import { canExamine } from '../../../doctor/examine-step.ts'
import { providersOf } from '../../../doctor/step-checks.ts'
import type { StepVerdict } from '../../../doctor/step-findings.ts'
import { isOfHalf } from '../../../onboarding/halves.ts'
import type { Step } from '../../../onboarding/steps.ts'
import { providerLinksOf } from '../../../operators/provider-links.ts'
import { may } from '../../../operators/rights/person.ts'
import { ofProvider } from '../../../operators/rights/scope.ts'
import type { GuideHalf } from '../../../plumbing/storage/schema.ts'
import { consolePaths as paths } from '../paths.ts'
import type { MerchantState } from '../state.ts'
import { pagesOfStep } from '../step-pages.ts'

/** The first open step, one's own before the other party's, and a failed one before one that waits. */
export function nextOf(verdicts: StepVerdict[], mine: GuideHalf, state: MerchantState) {
  const isOpen = ({ state: stands }: StepVerdict) => stands === 'waiting' || stands === 'unknown'
  const isFailed = ({ state: stands }: StepVerdict) => stands === 'failed'
  const own = verdicts.filter((verdict) => isOfHalf(verdict.step, mine))
  const open = own.find(isFailed) ?? own.find(isOpen) ?? verdicts.find(isFailed) ?? verdicts.find(isOpen)
  if (!open) return undefined
  const { number, name: title, who } = open.step
  return { number, title, who, isBad: open.state === 'failed', href: pageOf(open, state)?.href ?? `#step-${number}` }
}

/** Where the person does a step, first of all. */
function pageOf({ step }: StepVerdict, state: MerchantState) {
  return pagesFor(step.number, state)[0]
}

function pagesFor(step: Step['number'], state: MerchantState): { text: string; href: string }[] {
  const applyAt = step === 4 ? applicationAt(state) : undefined
  const { person, scope, merchant } = state
  return [
    ...(applyAt ? [{ text: '写申请邮件', href: applyAt }] : []),
    ...pagesOfStep(step, { person, scope, slug: merchant.slug }),
  ]
}

/** The pages of a step, and its own examination. */
export function actsOf({ step, state: stands }: StepVerdict, state: MerchantState) {
  const { person, scope, merchant } = state
  const isTested = canExamine(step.number) && stands !== 'unneeded' && may(person, 'keep_steps', scope)
  const action = paths.guideExamination.replace(':merchant', merchant.slug)
  const examine = { text: '检测此项', action, hidden: { step: String(step.number) }, says: step.name }
  const acts = [...pagesFor(step.number, state), ...(isTested ? [examine] : [])]
  return acts.length > 0 ? acts : undefined
}

/** Providers whose people do not see the merchant yet, for whoever may let them. */
export async function consentOf({ services, person, merchant, scope }: MerchantState) {
  if (!may(person, 'manage_staff', scope)) return undefined
  const waiting = (await providerLinksOf(services.db, merchant.id)).filter((one) => one.accepted_at === null)
  if (waiting.length === 0) return undefined
  const mchids = waiting.map(({ mchid }) => mchid).join('、')
  return { mchids, href: paths.providerConsent.replace(':merchant', merchant.slug) }
}

/** Where the person can write the application that step 4 asks for. */
function applicationAt({ person, merchant }: MerchantState): string | undefined {
  const mchid = providersOf(merchant).find((number) => may(person, 'keep_steps', ofProvider(number)))
  return mchid && paths.application.replace(':mchid', mchid)
}
