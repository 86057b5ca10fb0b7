import type { Handler } from './context.ts'

/**
 * No address of ours has a zero byte, and PostgreSQL accepts none in a text: without this it would look like our fault.
 */
export const plainAddress: Handler = (ctx, next) => {
  if (ctx.url.includes('%00')) ctx.throw(404)
  return next()
}
