import { confirmCode } from '../../../operators/account.ts'
import type { Handler } from '../../shell/context.ts'
import { orAgain } from '../again.ts'
import { setConsoleCookie } from '../cookies.ts'
import { goTo } from '../enter.ts'
import { consolePaths as paths } from '../paths.ts'
import { render } from '../render.ts'
import type { Filled, PersonState } from '../state.ts'
import { wayBack } from '../way-back.ts'

/** `GET /console/confirm`: a code again, before what needs a fresh one. */
export const show: Handler<PersonState> = (ctx) => {
  render(ctx, 'confirm', { to: wayBack(ctx.query.to), action: paths.confirm })
}

export const send: Handler<PersonState & Filled> = async (ctx) => {
  const { form, services, session } = ctx.state
  const to = wayBack(form.get('to'))
  await orAgain(
    async () => {
      setConsoleCookie(ctx, 'session', await confirmCode(services, session, form.get('code') ?? ''))
      goTo(ctx, to)
    },
    (errors, status) => render(ctx, 'confirm', { to, action: paths.confirm, errors }, status),
  )
}
