import type { Handler } from './context.ts'

/** No address of ours has a zero byte, and PostgreSQL takes none in a text: it would look like a fault of ours. */
export const plainAddress: Handler = (ctx, next) => {
  if (ctx.url.includes('%00')) ctx.throw(404)
  return next()
}
