import { changeName, changePassword, endOwnSessions, renewRecoveryCodes } from '../../../operators/account.ts'
import { leaveNotice } from '../../../operators/notices.ts'
import { beginNewAuthenticator } from '../../../operators/set-authenticator.ts'
import type { Handler } from '../../shell/context.ts'
import { orAgain } from '../again.ts'
import { consoleCookie, setConsoleCookie } from '../cookies.ts'
import { goTo } from '../enter.ts'
import { consolePaths as paths } from '../paths.ts'
import type { Filled, PersonState } from '../state.ts'
import { renderAccount } from './account-view.ts'

/** `GET /console/account`: name, password, authenticator, sessions. */
export const show: Handler<PersonState> = (ctx) => renderAccount(ctx)

export const sendName: Handler<PersonState & Filled> = async (ctx) => {
  const { services, person, form } = ctx.state
  await orAgain(
    async () => {
      await changeName(services, person, form.get('name') ?? '')
      goTo(ctx, `${paths.account}?done=name`)
    },
    (errors, status) => renderAccount(ctx, { errors, status }),
  )
}

export const sendPassword: Handler<PersonState & Filled> = async (ctx) => {
  const { services, session, person, form } = ctx.state
  const [current, password] = [form.get('current') ?? '', form.get('password') ?? '']
  await orAgain(
    async () => {
      const device = consoleCookie(ctx, 'device')
      setConsoleCookie(ctx, 'session', await changePassword(services, session, person, { current, password, device }))
      goTo(ctx, `${paths.account}?done=password`)
    },
    (errors, status) => renderAccount(ctx, { errors, status }),
  )
}

export const sendAuthenticator: Handler<PersonState & Filled> = async (ctx) => {
  const { services, session, person } = ctx.state
  await beginNewAuthenticator(services, session, person)
  goTo(ctx, paths.authenticator)
}

export const sendRecoveryCodes: Handler<PersonState & Filled> = async (ctx) => {
  const { services, session, person } = ctx.state
  const codes = await renewRecoveryCodes(services, person)
  await leaveNotice(services, session.token_hash, { kind: 'recovery_codes', codes })
  goTo(ctx, paths.recoveryCodes)
}

/** Ends the session that the form names, or all others. */
export const endSessions: Handler<PersonState & Filled> = async (ctx) => {
  const { services, session, person, form } = ctx.state
  const which = form.get('session') ?? ''
  await endOwnSessions(services, session, person, which === 'others' ? 'others' : numberOf(which))
  goTo(ctx, `${paths.account}?done=sessions`)
}

/** The keys that lead somewhere, in this browser. */
export const switchKeys: Handler<PersonState & Filled> = (ctx) => {
  const off = ctx.state.form.get('keys') === 'off'
  setConsoleCookie(ctx, 'keys', off ? 'off' : '')
  goTo(ctx, `${paths.account}?done=${off ? 'keys-off' : 'keys-on'}`)
}

/** No session has the number 0. */
function numberOf(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : 0
}
