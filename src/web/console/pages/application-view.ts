import { applicationMail } from '../../../onboarding/application-mail.ts'
import { applicationOf } from '../../../onboarding/application.ts'
import { recipientsOf } from '../../../onboarding/recipients.ts'
import { applicationLines } from '../../../onboarding/application-lines.ts'
import type { Merchant } from '../../../merchants/merchant.ts'
import { beijingTime } from '../../../plumbing/clock.ts'
import type { Context } from '../../shell/context.ts'
import { chosenOf, readyOf, withQuery } from '../application-choice.ts'
import { consolePaths as paths } from '../paths.ts'
import { type FieldError, render } from '../render.ts'
import type { ProviderState } from '../state.ts'

const done: Record<string, string> = {
  asked: '已记下：已申请',
  granted: '已记下：已开通',
  refused: '已记下：被拒绝',
  mailed: '申请邮件已发出，邮件里的商户已记为今天申请',
  recipients: '收件人已修改',
}

type Wrong = { errors: FieldError[]; status: number; form: URLSearchParams }

/** The merchants of the provider with their permission, and the e-mail for the chosen ones. */
export async function renderApplication(ctx: Context<ProviderState>, slugs: string[], wrong?: Wrong): Promise<void> {
  const { services, mchid, merchantIds } = ctx.state
  const chosen = await chosenOf(ctx, slugs)
  const today = beijingTime(services.clock.now()).slice(0, 10)
  const data = {
    mchid,
    action: ctx.path,
    lines: (await applicationLines(services.db, merchantIds)).map((line) => ({
      ...line,
      isChosen: chosen.some(({ slug }) => slug === line.slug),
      href: paths.guide.replace(':merchant', line.slug),
    })),
    letter: chosen.length === 0 || isAboutList(wrong) ? undefined : await letterOf(ctx, chosen),
    recipients: wrong?.form.get('mail_to') ?? (await recipientsOf(services.db, mchid, services.config)).join('，'),
    on: wrong?.form.get('on') ?? today,
    said: typeof ctx.query.done === 'string' ? done[ctx.query.done] : undefined,
    // The boxes of the table are no one field.
    errors:
      wrong?.errors.map((one) => (one.name === 'on' || one.name === 'mail_to' ? one : { ...one, name: '' })) ?? [],
  }
  render(ctx, 'application', data, wrong?.status ?? 200)
}

function isAboutList(wrong: Wrong | undefined): boolean {
  return wrong !== undefined && wrong.form.get('do') !== 'mail'
}

async function letterOf({ state }: Context<ProviderState>, chosen: Merchant[]) {
  const ready = readyOf(chosen)
  const unready = chosen.filter((merchant) => !ready.includes(merchant)).map(({ name }) => name)
  if (ready.length === 0) return { unready }
  const { applicants, leftOut } = await applicationOf(state.services.db, ready)
  const { db, config } = state.services
  const mailTo = await recipientsOf(db, state.mchid, config)
  const mail = applicationMail(applicants, { ...config.application, mailTo })
  const slugs = ready.map(({ slug }) => slug)
  const tableAt = withQuery(paths.applicationTable.replace(':mchid', state.mchid), slugs)
  const sendAt = state.services.mail && withQuery(paths.application.replace(':mchid', state.mchid), slugs)
  return { unready, mail, leftOut, tableAt, sendAt }
}
