import type { Context } from './context.ts'

/** True when the asker is a program: it named JSON and did not name HTML, or the address is one for programs. */
export function wantsJson(ctx: Pick<Context, 'headers' | 'path'>): boolean {
  const accept = ctx.headers.accept
  if (accept !== undefined && accept.includes('application/json')) return !accept.includes('text/html')
  return ctx.path.startsWith('/api/') || ctx.path.startsWith('/notify/')
}
