import { guideOf } from '../../../doctor/guide.ts'
import { addressesOf } from '../../../onboarding/addresses.ts'
import { halfNames, isOfHalf } from '../../../onboarding/halves.ts'
import { readShare } from '../../../onboarding/share.ts'
import type { Handler } from '../../shell/context.ts'
import type { PageState } from '../frame.ts'
import { render } from '../render.ts'
import { stepOf } from './guide-view.ts'

/**
 * `GET /console/share/{token}`: one half of a merchant's steps, for whoever has the link. What tests found is not told,
 * since it names keys and numbers.
 */
export const show: Handler<PageState> = async (ctx) => {
  const { services } = ctx.state
  const share = await readShare(services.db, ctx.params.token ?? '', services.clock.now())
  const merchant = await services.catalog.merchantById(share.merchant_id)
  if (!merchant) return ctx.throw(404)
  const { verdicts } = await guideOf(services, merchant)
  const steps = verdicts.filter(({ step }) => isOfHalf(step, share.half)).map(sharedStep)
  const addresses = share.half === 'merchant' ? addressesOf(services.config, merchant) : []
  render(ctx, 'share', { name: merchant.name, who: halfNames[share.half], ends: share.ends_at, steps, addresses })
}

function sharedStep(verdict: Parameters<typeof stepOf>[0]) {
  const { number, title, state, where, cure } = stepOf({ ...verdict, cure: verdict.step.cure })
  return { number, title, state, where, cure: state === 'done' ? '' : cure }
}
