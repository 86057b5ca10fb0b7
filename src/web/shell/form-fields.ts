import { readBody } from './body.ts'
import type { Context } from './context.ts'

/** The fields of the submitted form, of at most `limitBytes`; a program may send them as a JSON object. */
export async function readFields(ctx: Context, limitBytes: number): Promise<URLSearchParams> {
  return fieldsOf(ctx, await readBody(ctx.req, limitBytes))
}

/** The fields in a body. Throws 415 for one of another kind, and 400 for one that is broken. */
export function fieldsOf(ctx: Context, body: Buffer): URLSearchParams {
  const text = body.toString()
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
