import type { Context, Handler } from '../../shell/context.ts'
import { csrfHolds } from './csrf.ts'
import { readBody } from '../../shell/body.ts'

/** Our forms have two short hidden fields. */
const formLimitBytes = 4_096

/**
 * Reads the form that was sent into `ctx.state.form` and refuses it without the token of this browser's session, which
 * a program may send as the header `x-csrf-token`. Nothing behind it runs on a forged form.
 */
export const form: Handler = async (ctx, next) => {
  const fields = await readForm(ctx as Context)
  const token = ctx.get('x-csrf-token') || fields.get('_csrf') || ''
  if (!csrfHolds(ctx as Context, token)) ctx.throw(403, 'the form carries no valid CSRF token')
  ctx.state.form = fields
  return next()
}

async function readForm(ctx: Context): Promise<URLSearchParams> {
  const text = (await readBody(ctx.req, formLimitBytes)).toString()
  const type = ctx.headers['content-type'] ?? ''
  if (text === '' || type.startsWith('application/x-www-form-urlencoded')) return new URLSearchParams(text)
  if (type.startsWith('application/json')) return jsonFields(ctx, text)
  return ctx.throw(415, 'send a form or JSON')
}

function jsonFields(ctx: Context, text: string): URLSearchParams {
  try {
    const fields = Object.entries(JSON.parse(text) as Record<string, unknown>)
    return new URLSearchParams(fields.map(([name, value]): [string, string] => [name, String(value)]))
  } catch {
    return ctx.throw(400, 'the body is not a JSON object')
  }
}
