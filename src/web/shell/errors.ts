import type { Context, Handler } from './context.ts'
import type { ErrorPages } from './error-pages.ts'
import { isOutage } from './outage.ts'

/**
 * Turns what was thrown into an answer, in the form of the audience at that address. A refusal is the audience's own; a
 * fault of the request (`ctx.throw`) shows its status; anything else is our fault: it is logged, and the client gets a
 * request number. An address without a route is 404.
 */
export function errors(pagesFor: (ctx: Context) => ErrorPages): Handler {
  return async (ctx, next) => {
    try {
      await next()
      if (ctx.body == null && (ctx.status === 404 || ctx.status === 405)) pagesFor(ctx).problem(ctx, ctx.status)
    } catch (error) {
      const pages = pagesFor(ctx)
      if (pages.refusal?.(ctx, error)) return
      const status = statusOf(error)
      if (status >= 500) logFault(ctx, error)
      pages.problem(ctx, status, status < 500 ? (error as Error).message : undefined)
    }
  }
}

type HttpError = Error & { status?: unknown }

function statusOf(error: unknown): number {
  const { status } = error as HttpError
  if (typeof status === 'number' && status >= 400 && status < 500) return status
  return isOutage(error) ? 503 : 500
}

function logFault({ state, method, url }: Context, error: unknown): void {
  const { services, requestId, logged } = state
  services.log.error({ err: error, requestId, ...logged, method, url }, 'request failed')
}
