import QRCode from 'qrcode'
import { seedAddress } from '../../../operators/authenticator.ts'
import { leaveNotice } from '../../../operators/notices.ts'
import { seedToShow, setAuthenticator } from '../../../operators/set-authenticator.ts'
import { hashOf } from '../../../operators/tokens.ts'
import type { Context, Handler } from '../../shell/context.ts'
import { orAgain } from '../again.ts'
import { clientOf } from '../client.ts'
import { enter, goTo } from '../enter.ts'
import { consolePaths as paths } from '../paths.ts'
import { type FieldError, render } from '../render.ts'
import type { Filled, VisitorState } from '../state.ts'

/** `GET /console/authenticator`: the QR code to scan, the same as text, and the field for the first code. */
export const show: Handler<VisitorState> = (ctx) => renderSeed(ctx)

/** The QR code as an image of its own: the page's policy allows no inline style, which an SVG in it would need. */
export const image: Handler<VisitorState> = async (ctx) => {
  const { session } = ctx.state
  const seed = await seedOf(ctx)
  if (seed === undefined || !session) return ctx.throw(404)
  ctx.type = 'image/svg+xml'
  ctx.body = await QRCode.toString(seedAddress(seed, session.operator.email), { type: 'svg', margin: 2, width: 240 })
}

export const send: Handler<VisitorState & Filled> = async (ctx) => {
  const { form, services, session } = ctx.state
  if (!session) return goTo(ctx, paths.signIn)
  await orAgain(
    async () => {
      const code = form.get('code') ?? ''
      const { recoveryCodes: codes, ...entered } = await setAuthenticator(services, session, code, clientOf(ctx))
      await leaveNotice(services, hashOf(entered.token), { kind: 'recovery_codes', codes })
      enter(ctx, entered)
      goTo(ctx, paths.recoveryCodes)
    },
    (errors, status) => renderSeed(ctx, { errors, status }),
  )
}

async function seedOf(ctx: Context<VisitorState>): Promise<string | undefined> {
  const { services, session } = ctx.state
  return session && session.stage !== 'password' ? seedToShow(services, session) : undefined
}

async function renderSeed(ctx: Context<VisitorState>, wrong?: { errors: FieldError[]; status: number }): Promise<void> {
  const seed = await seedOf(ctx)
  if (seed === undefined) return goTo(ctx, paths.home)
  const grouped = seed.match(/.{1,4}/g)?.join(' ')
  const data = { image: paths.authenticatorImage, seed: grouped, errors: wrong?.errors ?? [] }
  render(ctx, 'authenticator', data, wrong?.status ?? 200)
}
