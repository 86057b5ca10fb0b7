import type { Context } from './context.ts'

/** True when the asker is a program: it named JSON and did not name HTML. */
export function wantsJson(ctx: Pick<Context, 'headers'>): boolean {
  const { accept } = ctx.headers
  return accept !== undefined && accept.includes('application/json') && !accept.includes('text/html')
}
