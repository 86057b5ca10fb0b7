import { applicationMail } from '../../../onboarding/application-mail.ts'
import { applicationOf } from '../../../onboarding/application.ts'
import { sayStep } from '../../../onboarding/say-step.ts'
import { stepNamed } from '../../../onboarding/steps.ts'
import { Declined } from '../../../operators/rights/declined.ts'
import type { Handler } from '../../shell/context.ts'
import { orAgain } from '../again.ts'
import { chosenOf, readyOf, withQuery } from '../application-choice.ts'
import { goTo } from '../enter.ts'
import type { Filled, ProviderState } from '../state.ts'
import { renderApplication } from './application-view.ts'

/** `GET /console/p/{mchid}/application`: for which merchants 跨商户号发券 was asked, and the e-mail that asks for the chosen. */
export const show: Handler<ProviderState> = (ctx) => renderApplication(ctx, ctx.URL.searchParams.getAll('merchant'))

/** Leads to the e-mail for the chosen merchants, or keeps what became of it. */
export const send: Handler<ProviderState & Filled> = async (ctx) => {
  const { services, person, form } = ctx.state
  const [slugs, state] = [form.getAll('merchant'), form.get('do') ?? '']
  await orAgain(
    async () => {
      const chosen = await chosenOf(ctx, slugs)
      if (chosen.length === 0) throw new Declined('nobody_chosen')
      if (state === 'write') return goTo(ctx, withQuery(ctx.path, slugs))
      await sayStep(services, person, chosen, { step: stepNamed('cross_merchant')!, state, on: form.get('on') ?? '' })
      goTo(ctx, `${ctx.path}?done=${state}`)
    },
    (errors, status) => renderApplication(ctx, slugs, { errors, status, on: form.get('on') ?? '' }),
  )
}

/** `GET …/table.csv?merchant=…`: the e-mail's table. */
export const table: Handler<ProviderState> = async (ctx) => {
  const { services } = ctx.state
  const chosen = readyOf(await chosenOf(ctx, ctx.URL.searchParams.getAll('merchant')))
  if (chosen.length === 0) return ctx.throw(404)
  const { applicants } = await applicationOf(services.db, chosen)
  const { attachment, attachmentName } = applicationMail(applicants, services.config.application)
  ctx.attachment(attachmentName)
  ctx.type = 'text/csv; charset=utf-8'
  ctx.body = attachment
}
