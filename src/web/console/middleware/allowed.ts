import { codeIsFresh } from '../../../operators/rights/guard.ts'
import { type Act, rolesFor } from '../../../operators/rights/permissions.ts'
import { may, mayAnywhere } from '../../../operators/rights/person.ts'
import { roleNames } from '../../../operators/rights/roles.ts'
import { everywhere } from '../../../operators/rights/scope.ts'
import type { Context, Guard } from '../../shell/context.ts'
import { consolePaths } from '../paths.ts'
import type { PersonState, PlaceState } from '../state.ts'
import { Stopped } from '../stopped.ts'
import { pageOf, withWayBack } from '../way-back.ts'

/** Lets people through who may do `act` somewhere; others read who may. Where exactly, the use case asks. */
export function allowed(act: Act): Guard<PersonState, PersonState> {
  return (ctx, next) => {
    if (!mayAnywhere(ctx.state.person, act)) throw notAllowed(act)
    return next()
  }
}

/** The same for the place that a guard before it has found. */
export function allowedHere(act: Act): Guard<PlaceState, PlaceState> {
  return (ctx, next) => {
    if (!may(ctx.state.person, act, ctx.state.scope)) throw notAllowed(act)
    return next()
  }
}

/** The same for a deed with keys or secrets: who may do it here also needs a fresh code. */
export function allowedHereWithCode(act: Act): Guard<PlaceState, PlaceState> {
  const here = allowedHere(act)
  return (ctx, next) => here(ctx, () => freshCode(ctx, next) as Promise<unknown>)
}

/** Lets people through who may do `act` in every place. */
export function allowedEverywhere(act: Act): Guard<PersonState, PersonState> {
  return (ctx, next) => {
    if (!may(ctx.state.person, act, everywhere)) throw notAllowed(act)
    return next()
  }
}

/** The same for a part of a page, which only some of its queries ask for. Throws `Stopped`. */
export function requireHere({ state }: Context<PlaceState>, act: Act): void {
  if (!may(state.person, act, state.scope)) throw notAllowed(act)
}

function notAllowed(act: Act): Stopped {
  const names = rolesFor(act).map((role) => roleNames[role])
  return new Stopped(403, `您的角色不能打开这一页，可以打开的角色：${names.join('、')}。`)
}

/** Asks for a code of the authenticator when the last one is older than ten minutes, and leads back to the page. */
export const freshCode: Guard<PersonState, PersonState> = (ctx, next) => {
  if (codeIsFresh(ctx.state.person, ctx.state.services.clock)) return next()
  ctx.status = 303
  return ctx.redirect(withWayBack(consolePaths.confirm, pageOf(ctx)))
}
