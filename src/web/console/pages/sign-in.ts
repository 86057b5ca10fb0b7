import { finishSignIn, signIn } from '../../../operators/sign-in.ts'
import type { Context, Handler } from '../../shell/context.ts'
import { orAgain } from '../again.ts'
import { clientOf } from '../client.ts'
import { setConsoleCookie } from '../cookies.ts'
import { enter, goTo } from '../enter.ts'
import { consolePaths as paths } from '../paths.ts'
import { render } from '../render.ts'
import type { Filled, VisitorState } from '../state.ts'
import { wayBack, withWayBack } from '../way-back.ts'

/** `GET /console/sign-in`: e-mail and password. Whoever is in already goes where they were going. */
export const show: Handler<VisitorState> = (ctx) => {
  const to = wayBack(ctx.query.to)
  if (ctx.state.session?.stage === 'full') return goTo(ctx, to)
  render(ctx, 'sign-in', { to })
}

export const send: Handler<VisitorState & Filled> = async (ctx) => {
  const { form, services } = ctx.state
  const [email, to] = [form.get('email') ?? '', wayBack(form.get('to'))]
  await orAgain(
    async () => {
      const given = { email, password: form.get('password') ?? '' }
      setConsoleCookie(ctx, 'session', await signIn(services, given, clientOf(ctx)))
      goTo(ctx, withWayBack(paths.code, to))
    },
    (errors, status) => render(ctx, 'sign-in', { errors, email, to }, status),
  )
}

/** `GET /console/sign-in/code`: the code of the authenticator, or with `?by=recovery` one of the sheet. */
export const showCode: Handler<VisitorState> = (ctx) => {
  const to = wayBack(ctx.query.to)
  if (ctx.state.session?.stage !== 'password') return goTo(ctx, withWayBack(paths.signIn, to))
  renderCode(ctx, to, ctx.query.by === 'recovery')
}

export const sendCode: Handler<VisitorState & Filled> = async (ctx) => {
  const { form, services, session } = ctx.state
  const [to, isRecovery] = [wayBack(form.get('to')), form.get('by') === 'recovery']
  if (session?.stage !== 'password') return goTo(ctx, withWayBack(paths.signIn, to))
  await orAgain(
    async () => {
      const proof = { code: form.get('code') ?? '', isRecovery }
      enter(ctx, await finishSignIn(services, session, proof, clientOf(ctx)))
      goTo(ctx, to)
    },
    (errors, status) => renderCode(ctx, to, isRecovery, { errors, status }),
  )
}

type Wrong = { errors: { name: string; text: string }[]; status: number }

function renderCode(ctx: Context<VisitorState>, to: string, isRecovery: boolean, wrong?: Wrong): void {
  const other = `${paths.code}?by=${isRecovery ? 'code' : 'recovery'}&to=${encodeURIComponent(to)}`
  const errors = wrong?.errors ?? []
  render(ctx, 'sign-in-code', { to, isRecovery, other, errors }, wrong?.status ?? 200)
}
