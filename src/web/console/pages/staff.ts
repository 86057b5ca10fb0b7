import { Declined } from '../../../operators/rights/declined.ts'
import { mailLink } from '../../../operators/mail-link.ts'
import { dropNotice, leaveNotice } from '../../../operators/notices.ts'
import { placeNamed } from '../../../operators/places.ts'
import { roleNamed } from '../../../operators/rights/roles.ts'
import { changeRole, endMembership, inviteStaff, resetStaff } from '../../../operators/staff.ts'
import type { Context, Handler } from '../../shell/context.ts'
import { orAgain } from '../again.ts'
import { goTo } from '../enter.ts'
import { consolePaths as paths } from '../paths.ts'
import type { Filled, PersonState } from '../state.ts'
import { renderStaff } from './staff-view.ts'

/** `GET /console/staff`: who may do what, the invitations that wait, and the form that invites. */
export const show: Handler<PersonState> = async (ctx) => {
  await renderStaff(ctx)
  // The link of an invitation was shown now, and never again.
  await dropNotice(ctx.state.services, ctx.state.session)
}

export const invite: Handler<PersonState & Filled> = async (ctx) => {
  const { services, person, form } = ctx.state
  await orAgain(
    async () => {
      const offer = { role: roleOf(form), ...(await placeOf(ctx)) }
      const { email, link } = await inviteStaff(services, person, { email: form.get('email') ?? '', offer })
      if (link !== undefined) await tellOfLink(ctx, { email, token: link, kind: 'invite' })
      goTo(ctx, `${paths.staff}?done=${link === undefined ? 'added' : 'invited'}`)
    },
    (errors, status) => renderStaff(ctx, { errors, status, form }),
  )
}

export const setRole: Handler<PersonState & Filled> = async (ctx) => {
  const { services, person, form } = ctx.state
  await orAgain(
    async () => {
      await changeRole(services, person, membershipOf(ctx), roleOf(form))
      goTo(ctx, `${paths.staff}?done=role`)
    },
    (errors, status) => renderStaff(ctx, { errors, status }),
  )
}

export const end: Handler<PersonState & Filled> = async (ctx) => {
  const { services, person } = ctx.state
  await orAgain(
    async () => {
      await endMembership(services, person, membershipOf(ctx))
      goTo(ctx, `${paths.staff}?done=ended`)
    },
    (errors, status) => renderStaff(ctx, { errors, status }),
  )
}

export const reset: Handler<PersonState & Filled> = async (ctx) => {
  const { services, person } = ctx.state
  await orAgain(
    async () => {
      const { email, link } = await resetStaff(services, person, membershipOf(ctx))
      await tellOfLink(ctx, { email, token: link ?? '', kind: 'reset' })
      goTo(ctx, `${paths.staff}?done=reset`)
    },
    (errors, status) => renderStaff(ctx, { errors, status }),
  )
}

/** Mails the link where that is asked, and leaves it for the page that comes next. */
async function tellOfLink(
  { state }: Context<PersonState & Filled>,
  { email, token, kind }: { email: string; token: string; kind: 'invite' | 'reset' },
): Promise<void> {
  const { services, session, form } = state
  const { mail, config } = services
  const isAsked = mail !== undefined && form.get('mail') === 'yes'
  const problem = isAsked
    ? await mailLink(mail, { to: email, url: `${config.consoleUrl}/link/${token}`, kind })
    : undefined
  const mailed = isAsked && { mailed: problem ?? ('sent' as const) }
  await leaveNotice(services, session.token_hash, { kind: 'link', email, token, ...mailed })
}

function membershipOf(ctx: Context): number {
  const { membership = '' } = ctx.params
  return /^\d{1,15}$/.test(membership) ? Number(membership) : 0
}

function roleOf(form: URLSearchParams) {
  const role = roleNamed(form.get('role') ?? '')
  if (!role) throw new Declined('role_wrong')
  return role
}

/** `all`, `merchant:slug` or `provider:number`, as the form's list has them. */
function placeOf({ state }: Context<PersonState & Filled>) {
  const [kind, name = ''] = (state.form.get('scope') ?? '').split(':')
  if (kind !== 'all' && kind !== 'merchant' && kind !== 'provider') throw new Declined('place_wrong')
  return placeNamed(state.services.db, kind === 'all' ? {} : { [kind]: name })
}
