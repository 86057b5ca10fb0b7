import { applicationMail } from '../../../onboarding/application-mail.ts'
import { applicationOf } from '../../../onboarding/application.ts'
import { setRecipients } from '../../../onboarding/recipients.ts'
import { sayStep } from '../../../onboarding/say-step.ts'
import { sendApplication } from '../../../onboarding/send-application.ts'
import { stepNamed } from '../../../onboarding/steps.ts'
import { Declined } from '../../../operators/rights/declined.ts'
import type { Context, Handler } from '../../shell/context.ts'
import { orAgain } from '../again.ts'
import { chosenOf, readyOf, withQuery } from '../application-choice.ts'
import { goTo } from '../enter.ts'
import type { Filled, ProviderState } from '../state.ts'
import { renderApplication } from './application-view.ts'

/** `GET /console/p/{mchid}/application`: for which merchants 跨商户号发券 was asked, and the e-mail that asks for the chosen. */
export const show: Handler<ProviderState> = (ctx) => renderApplication(ctx, ctx.URL.searchParams.getAll('merchant'))

/** Leads to the e-mail for the chosen merchants, sends it, or keeps what became of it. */
export const send: Handler<ProviderState & Filled> = async (ctx) => {
  const { form } = ctx.state
  // The letter's own form has its merchants in its address.
  const slugs = form.get('do') === 'mail' ? ctx.URL.searchParams.getAll('merchant') : form.getAll('merchant')
  await orAgain(
    async () => goTo(ctx, await deedOf(ctx, slugs)),
    (errors, status) => renderApplication(ctx, slugs, { errors, status, form }),
  )
}

/** Does what the form asks, and returns the address of the page that shows it. */
async function deedOf(ctx: Context<ProviderState & Filled>, slugs: string[]): Promise<string> {
  const { services, person, form, mchid } = ctx.state
  const deed = form.get('do') ?? ''
  if (deed === 'recipients') {
    await setRecipients(services, person, mchid, form.get('mail_to') ?? '')
    return `${ctx.path}?done=recipients`
  }
  const chosen = await chosenOf(ctx, slugs)
  if (chosen.length === 0) throw new Declined('nobody_chosen')
  if (deed === 'write') return withQuery(ctx.path, slugs)
  if (deed === 'mail') {
    const ready = readyOf(chosen)
    if (ready.length === 0) throw new Declined('nobody_chosen')
    await sendApplication(services, person, mchid, ready)
    return `${ctx.path}?done=mailed`
  }
  const said = { step: stepNamed('cross_merchant')!, state: deed, on: form.get('on') ?? '' }
  await sayStep(services, person, chosen, said)
  return `${ctx.path}?done=${deed}`
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
