import { examineAndKeep } from '../../../doctor/examinations.ts'
import { sayStep } from '../../../onboarding/say-step.ts'
import { endShare, shareGuide } from '../../../onboarding/share.ts'
import { type Step, stepNamed } from '../../../onboarding/steps.ts'
import { dropNotice, leaveNotice, noticeOf } from '../../../operators/notices.ts'
import type { Context, Handler } from '../../shell/context.ts'
import { orAgain } from '../again.ts'
import { goTo } from '../enter.ts'
import { consolePaths as paths } from '../paths.ts'
import type { Filled, MerchantState } from '../state.ts'
import { renderGuide } from './guide-view.ts'

/** `GET /console/m/{slug}/guide`: the twelve steps, whose turn it is, and what to do. */
export const show: Handler<MerchantState> = async (ctx) => {
  const { services, session } = ctx.state
  await renderGuide(ctx)
  // The link was shown now, and never again.
  if (noticeOf(services, session, 'share')) await dropNotice(services, session)
}

export const examine: Handler<MerchantState & Filled> = async (ctx) => {
  const { services, merchant, person, form } = ctx.state
  const step = form.has('step') ? (stepNamed(form.get('step')!) ?? ctx.throw(404)) : undefined
  await orAgain(
    async () => goToGuide(ctx, await examineAndKeep(services, merchant, person, step?.number), step),
    (errors, status) => renderGuide(ctx, { errors, status }),
  )
}

export const say: Handler<MerchantState & Filled> = async (ctx) => {
  const { services, merchant, person, form } = ctx.state
  const step = stepNamed(ctx.params.step ?? '')
  if (!step) return ctx.throw(404)
  const [state, on] = [form.get('state') ?? '', form.get('on') ?? '']
  await orAgain(
    async () => {
      await sayStep(services, person, [merchant], { step, state, on })
      goToGuide(ctx, 'said')
    },
    (errors, status) => renderGuide(ctx, { errors, status, step, on }),
  )
}

export const share: Handler<MerchantState & Filled> = async (ctx) => {
  const { services, merchant, person, session, form } = ctx.state
  const half = form.get('half') === 'merchant' ? 'merchant' : 'provider'
  if (form.get('do') === 'end') {
    await endShare(services, person, merchant, half)
    return goToGuide(ctx, 'unshared')
  }
  const token = await shareGuide(services, person, merchant, half)
  await leaveNotice(services, session.token_hash, { kind: 'share', merchant: merchant.slug, half, token })
  goToGuide(ctx, 'shared')
}

/** The guide with what was done; to the `step` that it was about. */
function goToGuide(ctx: Context<MerchantState>, done: string, step?: Step): void {
  const at = step ? `#step-${step.number}` : ''
  goTo(ctx, `${paths.guide.replace(':merchant', ctx.state.merchant.slug)}?done=${done}${at}`)
}
