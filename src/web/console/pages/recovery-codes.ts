import { dropNotice, noticeOf } from '../../../operators/notices.ts'
import type { Handler } from '../../shell/context.ts'
import { goTo } from '../enter.ts'
import { consolePaths as paths } from '../paths.ts'
import { render } from '../render.ts'
import type { Filled, PersonState } from '../state.ts'

/** `GET /console/recovery-codes`: the new sheet, until the person says that it is kept. */
export const show: Handler<PersonState> = (ctx) => {
  const notice = noticeOf(ctx.state.services, ctx.state.session, 'recovery_codes')
  if (!notice) return goTo(ctx, paths.home)
  render(ctx, 'recovery-codes', { codes: notice.codes, action: paths.recoveryCodes })
}

export const send: Handler<PersonState & Filled> = async (ctx) => {
  await dropNotice(ctx.state.services, ctx.state.session)
  goTo(ctx, paths.home)
}
