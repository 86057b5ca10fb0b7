import type { Guard } from '../../shell/context.ts'
import { readFields } from '../../shell/form-fields.ts'
import { csrfHolds } from '../csrf.ts'
import type { FormState, SessionState } from '../state.ts'

/** Our forms have two short hidden fields. */
const formLimitBytes = 4_096

/**
 * Reads the submitted form into `ctx.state.form`. Refuses it without the token of this browser's session, which a
 * program may send as the header `x-csrf-token`. No later step runs on a forged form.
 */
export const form: Guard<SessionState, FormState> = async (ctx, next) => {
  const fields = await readFields(ctx, formLimitBytes)
  const token = ctx.get('x-csrf-token') || fields.get('_csrf') || ''
  if (!csrfHolds(ctx, token)) ctx.throw(403, 'the form carries no valid CSRF token')
  ctx.state.form = fields
  return next()
}
