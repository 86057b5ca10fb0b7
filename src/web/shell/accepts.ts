import type { Context } from './context.ts'

/** True when the client is a program: it accepts JSON and not HTML. */
export function wantsJson(ctx: Pick<Context, 'headers'>): boolean {
  const { accept } = ctx.headers
  return accept !== undefined && accept.includes('application/json') && !accept.includes('text/html')
}
