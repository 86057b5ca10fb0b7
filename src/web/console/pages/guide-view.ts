import { guideOf } from '../../../doctor/guide.ts'
import type { StepVerdict } from '../../../doctor/step-findings.ts'
import { addressesOf } from '../../../onboarding/addresses.ts'
import { halfNames, halfOf, isOfHalf, otherHalf } from '../../../onboarding/halves.ts'
import { sharesOf } from '../../../onboarding/share.ts'
import type { Step } from '../../../onboarding/steps.ts'
import { noticeOf } from '../../../operators/notices.ts'
import { may } from '../../../operators/rights/person.ts'
import { beijingTime } from '../../../plumbing/clock.ts'
import type { Context } from '../../shell/context.ts'
import { cureOf, wordsOf } from '../guide-words.ts'
import { consolePaths as paths } from '../paths.ts'
import { type FieldError, render } from '../render.ts'
import type { MerchantState } from '../state.ts'
import { actsOf, consentOf, nextOf } from './guide-acts.ts'

const done: Record<string, string> = {
  examined: '检测完成，下面是刚检测到的结果',
  unshared: '分享链接已结束，对方再打开会看到链接已失效',
  examining: '检测还在进行，请稍后刷新本页',
  said: '已记下这一步',
  shared: '分享链接已生成，请复制后发给对方',
}

/** What is wrong with a form: of a step, or of the page. */
type Wrong = { errors: FieldError[]; status: number; step?: Step; on?: string }

/** The guide of the merchant, with one's own half first. */
export async function renderGuide(ctx: Context<MerchantState>, wrong?: Wrong): Promise<void> {
  const { services, merchant, person, scope } = ctx.state
  const { verdicts, last, others } = await guideOf(services, merchant)
  const mine = halfOf(person, scope)
  const today = beijingTime(services.clock.now()).slice(0, 10)
  const toForm = (verdict: StepVerdict) => formOf(verdict, today, wrong)
  const shown = verdicts.map((verdict) => ({
    ...stepOf(verdict),
    form: toForm(verdict),
    acts: actsOf(verdict, ctx.state),
    isMine: isOfHalf(verdict.step, mine),
  }))
  const data = {
    at: (path: string) => path.replace(':merchant', merchant.slug),
    paths,
    merchant: merchant.name,
    mayKeep: may(person, 'keep_steps', scope),
    mine: shown.filter((step) => step.isMine),
    theirs: shown.filter((step) => !step.isMine),
    other: { half: otherHalf(mine), name: halfNames[otherHalf(mine)] },
    next: nextOf(verdicts, mine, ctx.state),
    last,
    others,
    shares: (await sharesOf(services.db, merchant.id, services.clock.now())).map((one) => ({
      ...one,
      name: halfNames[one.half],
    })),
    consent: await consentOf(ctx.state),
    addresses: addressesOf(services.config, merchant),
    share: sharedLink(ctx),
    said: typeof ctx.query.done === 'string' ? done[ctx.query.done] : undefined,
    errors: wrong?.errors.map((one) => ({ ...one, name: one.name === 'on' ? `on-${wrong.step?.number}` : '' })) ?? [],
  }
  render(ctx, 'guide', data, wrong?.status ?? 200)
}

/** A step as the part `steps` shows it. */
export function stepOf(verdict: StepVerdict) {
  const { number, name, who, where } = verdict.step
  // What is done in our own system has no menu path of WeChat's, and the console names no command.
  const isOurs = where.startsWith('执行') || where.startsWith('本系统')
  const place = isOurs ? undefined : where.replace(/，.*merchant.*$/, '')
  return {
    number,
    title: name,
    state: verdict.state,
    who,
    where: place,
    words: wordsOf(verdict),
    cure: cureOf(verdict),
  }
}

/** What a person may say of a step: where no test decides it, or none could be run. */
function formOf({ step, state }: StepVerdict, today: string, wrong: Wrong | undefined) {
  const isKept = !step.isTested || (state === 'unknown' && step.number <= 10)
  if (!isKept) return undefined
  const isWrong = wrong?.step?.number === step.number
  return { name: `on-${step.number}`, value: isWrong ? wrong.on : today, isWrong }
}

function sharedLink({ state }: Context<MerchantState>) {
  const { services, session, merchant } = state
  const notice = noticeOf(services, session, 'share')
  if (notice?.merchant !== merchant.slug) return undefined
  return { name: halfNames[notice.half], url: `${services.config.consoleUrl}/share/${notice.token}` }
}
