import { acceptLink, operatorOf } from '../../../operators/joining.ts'
import { type Link, readLink } from '../../../operators/links.ts'
import { roleNames } from '../../../operators/rights/roles.ts'
import type { Context, Handler } from '../../shell/context.ts'
import { orAgain } from '../again.ts'
import { clientOf } from '../client.ts'
import { setConsoleCookie } from '../cookies.ts'
import { goTo } from '../enter.ts'
import { consolePaths as paths } from '../paths.ts'
import { type FieldError, render } from '../render.ts'
import type { Filled, VisitorState } from '../state.ts'

/** `GET /console/link/{token}`: what the link is for, and the password; looking at it does not use it up. */
export const show: Handler<VisitorState> = async (ctx) => renderLink(ctx, await linkOf(ctx))

export const send: Handler<VisitorState & Filled> = async (ctx) => {
  const { form, services } = ctx.state
  const link = await linkOf(ctx)
  const given = { email: form.get('email') ?? '', password: form.get('password') ?? '' }
  await orAgain(
    async () => {
      const token = await acceptLink(services, ctx.params.token ?? '', given, clientOf(ctx))
      setConsoleCookie(ctx, 'session', token)
      goTo(ctx, paths.authenticator)
    },
    (errors, status) => renderLink(ctx, link, { errors, status, email: given.email }),
  )
}

function linkOf(ctx: Context<VisitorState>): Promise<Link> {
  return readLink(ctx.state.services.db, ctx.params.token ?? '', ctx.state.services.clock.now())
}

type Wrong = { errors: FieldError[]; status: number; email: string }

async function renderLink(ctx: Context<VisitorState>, link: Link, wrong?: Wrong): Promise<void> {
  const { purpose, role } = link
  const named =
    link.email ?? (link.operator_id === null ? undefined : (await operatorOf(ctx.state.services.db, link)).email)
  // A wrong present password is of this page's one password field.
  const errors = wrong?.errors.map((one) => ({ ...one, name: one.name === 'current' ? 'password' : one.name })) ?? []
  const data = { action: ctx.path, purpose, named, email: wrong?.email, role: role && roleNames[role], errors }
  render(ctx, 'link', data, wrong?.status ?? 200)
}
