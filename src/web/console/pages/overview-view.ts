import { countedAtMost, countsOf } from '../../../doctor/overview-counts.ts'
import { merchantsAtMost, overviewOf, type OverviewLine } from '../../../doctor/overview.ts'
import { halfNames } from '../../../onboarding/halves.ts'
import { stepNamed, steps } from '../../../onboarding/steps.ts'
import { may, mayAnywhere } from '../../../operators/rights/person.ts'
import { everywhere, ofProvider } from '../../../operators/rights/scope.ts'
import { noticeOf } from '../../../operators/notices.ts'
import { providersFor } from '../../../operators/providers-for.ts'
import type { Context } from '../../shell/context.ts'
import { shortNames, stateWords } from '../guide-words.ts'
import { consolePaths as paths } from '../paths.ts'
import { type FieldError, render } from '../render.ts'
import type { PersonState } from '../state.ts'
import { withQuery } from '../with-query.ts'

/** Which merchants, and where their table is. */
export type Of = { title: string; path: string; merchantIds: 'all' | number[]; mchid?: string }

type Filter = { step?: string; state?: string; name?: string }

const linesOfPage = 30

type Wrong = { errors: FieldError[]; status: number; slugs: string[] }

/** Merchants by their twelve steps, filtered by what the query asks. */
export async function renderOverview(ctx: Context<PersonState>, of: Of, wrong?: Wrong): Promise<void> {
  const { services, person } = ctx.state
  const asked = askedOf(ctx.query)
  const all = await overviewOf(services.db, of.merchantIds, asked.name)
  const found = all.filter((line) => matches(line, asked))
  const { lines, ...pages } = pageOf(found, ctx.query.page, (page) => addressOf(of.path, asked, page))
  const ids = lines.map(({ id }) => id)
  const counts = await countsOf(services.db, ids, services.clock.now())
  const scope = of.mchid === undefined ? undefined : ofProvider(of.mchid)
  const data = {
    ...of,
    asked,
    steps,
    stateWords,
    shortNames,
    chips: chipsOf(of.path, asked),
    lines: lines.map((line) => ({
      ...line,
      ...counts.get(line.id)!,
      href: paths.guide.replace(':merchant', line.slug),
      isChosen: wrong?.slugs.includes(line.slug) ?? false,
    })),
    mayKeep: mayAnywhere(person, 'keep_steps'),
    counted: countedAtMost,
    shares: sharesOf(ctx),
    said: saidOf(ctx.query),
    // The boxes of the table are no one field.
    errors: wrong?.errors.map((one) => ({ ...one, name: '' })) ?? [],
    found: found.length,
    pages,
    isCut: all.length === merchantsAtMost,
    most: merchantsAtMost,
    applyAt: scope && may(person, 'keep_steps', scope) && paths.application.replace(':mchid', of.mchid!),
    newAt: !scope && may(person, 'add_merchants', everywhere) && paths.merchantNew,
    providers: scope ? [] : await providersFor(services.db, person),
    providerAt: (mchid: string) => paths.provider.replace(':mchid', mchid),
  }
  render(ctx, 'overview', data, wrong?.status ?? 200)
}

/** One page of the lines, and where the pages before and after it are. */
function pageOf(found: OverviewLine[], asked: unknown, addressOf: (page: number) => string) {
  const last = Math.max(1, Math.ceil(found.length / linesOfPage))
  const page = typeof asked === 'string' && /^[1-9]\d?$/.test(asked) ? Math.min(Number(asked), last) : 1
  return {
    lines: found.slice((page - 1) * linesOfPage, page * linesOfPage),
    newer: page > 1 ? addressOf(page - 1) : undefined,
    older: page < last ? addressOf(page + 1) : undefined,
  }
}

function addressOf(path: string, asked: Filter, page = 1): string {
  return withQuery(path, { ...asked, ...(page > 1 && { page: String(page) }) })
}

/** What is no step or state is left out. */
function askedOf({ step, state, name }: Context['query']): Filter {
  const words = typeof name === 'string' ? name.replaceAll('\0', '').trim().slice(0, 64) : ''
  return {
    ...(words && { name: words }),
    ...(typeof step === 'string' && stepNamed(step) && { step }),
    ...(typeof state === 'string' && Object.hasOwn(stateWords, state) && { state }),
  }
}

const done: Record<string, string> = {
  examined: '检测完成',
  examining: '检测还在进行，请稍后刷新本页',
  shared: '催办链接已生成，请复制后发给对方',
}

function saidOf({ done: what, lately }: Context['query']): string | undefined {
  const said = typeof what === 'string' ? done[what] : undefined
  const isLately = typeof lately === 'string' && /^[1-9]\d?$/.test(lately)
  return said && isLately ? `${said}；其中 ${lately} 个一分钟内刚检测过，没有再检测` : said
}

/** A line for each link, to copy. */
function sharesOf({ state }: Context<PersonState>): string | undefined {
  const { services, session } = state
  return noticeOf(services, session, 'shares')
    ?.shares.map(
      ({ name, half, token }) =>
        `${name}（${halfNames[half]}要完成的步骤）：${services.config.consoleUrl}/share/${token}`,
    )
    .join('\n')
}

function matches({ verdicts }: OverviewLine, { step, state }: Filter): boolean {
  if (state === undefined) return true
  const number = step === undefined ? undefined : stepNamed(step)?.number
  return verdicts.some((verdict) => verdict.state === state && (number === undefined || verdict.step.number === number))
}

/** Each filter in words, with the address of the list without it. */
function chipsOf(path: string, asked: Filter) {
  const words = {
    name: (text: string) => `名称：${text}`,
    step: (text: string) => `步骤：${stepNamed(text)!.number} ${stepNamed(text)!.name}`,
    state: (text: string) => `状态：${stateWords[text as keyof typeof stateWords][1]}`,
  }
  return Object.entries(asked).map(([field, value]) => {
    const rest = Object.fromEntries(Object.entries(asked).filter(([other]) => other !== field))
    return { text: words[field as keyof Filter](value), href: addressOf(path, rest) }
  })
}
