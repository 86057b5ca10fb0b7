import { merchantsAtMost, overviewOf, type OverviewLine } from '../../../doctor/overview.ts'
import { stepNamed, steps } from '../../../onboarding/steps.ts'
import { may } from '../../../operators/rights/person.ts'
import { everywhere, ofProvider } from '../../../operators/rights/scope.ts'
import { providersFor } from '../../../operators/providers-for.ts'
import type { Context } from '../../shell/context.ts'
import { shortNames, stateWords } from '../guide-words.ts'
import { consolePaths as paths } from '../paths.ts'
import { render } from '../render.ts'
import type { PersonState } from '../state.ts'

/** Which merchants, and where their table is. */
type Of = { title: string; path: string; merchantIds: 'all' | number[]; mchid?: string }

type Filter = { step?: string; state?: string }

/** Merchants by their twelve steps, filtered by what the query asks. */
export async function renderOverview(ctx: Context<PersonState>, of: Of): Promise<void> {
  const { services, person } = ctx.state
  const asked = askedOf(ctx.query)
  const all = await overviewOf(services.db, of.merchantIds)
  const lines = all.filter((line) => matches(line, asked))
  const scope = of.mchid === undefined ? undefined : ofProvider(of.mchid)
  const data = {
    ...of,
    asked,
    steps,
    stateWords,
    shortNames,
    chips: chipsOf(of.path, asked),
    lines: lines.map((line) => ({ ...line, href: paths.guide.replace(':merchant', line.slug) })),
    isCut: all.length === merchantsAtMost,
    most: merchantsAtMost,
    applyAt: scope && may(person, 'keep_steps', scope) && paths.application.replace(':mchid', of.mchid!),
    newAt: !scope && may(person, 'add_merchants', everywhere) && paths.merchantNew,
    providers: scope ? [] : await providersFor(services.db, person),
    providerAt: (mchid: string) => paths.provider.replace(':mchid', mchid),
  }
  render(ctx, 'overview', data)
}

/** What is no step or state is left out. */
function askedOf({ step, state }: Context['query']): Filter {
  return {
    ...(typeof step === 'string' && stepNamed(step) && { step }),
    ...(typeof state === 'string' && Object.hasOwn(stateWords, state) && { state }),
  }
}

function matches({ verdicts }: OverviewLine, { step, state }: Filter): boolean {
  if (state === undefined) return true
  const number = step === undefined ? undefined : stepNamed(step)?.number
  return verdicts.some((verdict) => verdict.state === state && (number === undefined || verdict.step.number === number))
}

function chipsOf(path: string, { step, state }: Filter) {
  const [ofStep, ofState] = [step && stepNamed(step), state as keyof typeof stateWords | undefined]
  return [
    ...(ofStep
      ? [{ text: `步骤：${ofStep.number} ${ofStep.name}`, href: ofState ? `${path}?state=${ofState}` : path }]
      : []),
    ...(ofState
      ? [{ text: `状态：${stateWords[ofState][1]}`, href: ofStep ? `${path}?step=${ofStep.number}` : path }]
      : []),
  ]
}
