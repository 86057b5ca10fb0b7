import { confirmCode } from '../../operators/account.ts'
import { codeIsFresh } from '../../operators/rights/guard.ts'
import type { Context } from '../shell/context.ts'
import { setConsoleCookie } from './cookies.ts'
import { formToken } from './csrf.ts'
import type { Filled, PersonState } from './state.ts'

/**
 * Takes the code that a form asked for in the same step, unless the last one is fresh. The session goes on under another
 * token, also when the form comes back. Throws `Declined` (wrong_code).
 */
export async function takeCode(ctx: Context<PersonState & Filled>): Promise<void> {
  const { person, services, session, form } = ctx.state
  if (codeIsFresh(person, services.clock)) return
  const token = await confirmCode(services, session, form.get('code') ?? '')
  setConsoleCookie(ctx, 'session', token)
  ctx.state.csrf = formToken(ctx, token)
  ctx.state.person = { ...person, codeAt: services.clock.now() }
}
