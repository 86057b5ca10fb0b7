import type { Context, Guard } from '../../shell/context.ts'
import { readFields } from '../../shell/form-fields.ts'
import { formToken, formTokenHolds } from '../csrf.ts'
import type { Filled, VisitorState } from '../state.ts'
import { isOfConsole } from '../way-back.ts'

/**
 * A guard that reads the submitted form, of at most `limitBytes`, into `ctx.state.form`. Refuses it when the browser says
 * that it is from another site, and without the token of this browser's session. No later step runs on a forged form.
 */
export function formUpTo(limitBytes: number): Guard<VisitorState, VisitorState & Filled> {
  return async (ctx, next) => {
    refuseFromElsewhere(ctx)
    takeForm(ctx, await readFields(ctx, limitBytes))
    return next()
  }
}

/** Forms of people and passwords have a few short fields. */
export const form = formUpTo(8_192)

/** A campaign's form has ten tiers of ten coupons, and rules of 2,000 characters of nine bytes each. */
export const longForm = formUpTo(65_536)

/** Throws 403 for a form on another site's page: browsers tell where it was; programs, which no browser was tricked into, do not. */
export function refuseFromElsewhere(ctx: Context): void {
  const site = ctx.get('sec-fetch-site')
  const origin = ctx.get('origin')
  const isFromElsewhere = (site !== '' && site !== 'same-origin') || (origin !== '' && !isOfConsole(ctx, origin))
  if (isFromElsewhere) ctx.throw(403, 'the form is from another site')
}

/** Gives the fields to the steps after. Throws 403 where they have no token of this browser's session. */
export function takeForm(ctx: Context<VisitorState & Partial<Filled>>, fields: URLSearchParams): void {
  const { sessionToken } = ctx.state
  if (!formTokenHolds(ctx, sessionToken, fields.get('_csrf') ?? ''))
    ctx.throw(403, 'the form carries no valid CSRF token')
  ctx.state.form = fields
  ctx.state.csrf = formToken(ctx, sessionToken)
}
