import { wantsJson } from './accepts.ts'
import type { Context, Handler } from './context.ts'
import { isOutage } from './outage.ts'
import { openViews } from './views.ts'

/** How an audience hears that its request led nowhere. */
export type ErrorPages = {
  /** Answers a "no" that its own handlers throw; false when `error` is none. */
  refusal?(ctx: Context, error: unknown): boolean
  /** Answers an HTTP status; `message` tells a program what it did wrong. */
  problem(ctx: Context, status: number, message?: string): void
}

/**
 * Turns what was thrown into an answer. A refusal is its audience's own; a fault of the request (`ctx.throw`) shows its
 * status; anything else is ours: it is logged, and who asked gets a request number. What no route answered is 404.
 */
export function errors(pagesFor: (path: string) => ErrorPages): Handler {
  return async (ctx, next) => {
    try {
      await next()
      if (ctx.body == null && (ctx.status === 404 || ctx.status === 405)) pagesFor(ctx.path).problem(ctx, ctx.status)
    } catch (error) {
      const pages = pagesFor(ctx.path)
      if (pages.refusal?.(ctx, error)) return
      const status = statusOf(error)
      if (status >= 500) logFault(ctx, error)
      pages.problem(ctx, status, status < 500 ? (error as Error).message : undefined)
    }
  }
}

/** For addresses that only programs call. A fault of ours tells them no more than it would tell a person. */
export const errorsAsJson: ErrorPages = {
  problem(ctx, status, message) {
    ctx.status = status
    if (status >= 500) ctx.set('Retry-After', retrySeconds)
    ctx.body = { message: message || problemWords(status), request_id: ctx.state.requestId }
  },
}

/** For people in a browser, by the page that `show` answers with; a program that asks there gets JSON. */
export function errorsAsPages(show: (ctx: Context, status: number) => void): Pick<ErrorPages, 'problem'> {
  return {
    problem(ctx, status, message) {
      if (wantsJson(ctx)) return errorsAsJson.problem(ctx, status, message)
      ctx.status = status
      if (status === 503) ctx.set('Retry-After', retrySeconds)
      show(ctx, status)
    },
  }
}

const views = openViews('shared')

/** A bare page, for addresses that are no audience's site. */
export const errorsAsBarePages: ErrorPages = errorsAsPages((ctx, status) => {
  ctx.type = 'html'
  ctx.body = views('bare-problem', { status, requestId: ctx.state.requestId })
})

const retrySeconds = '5'

type HttpError = Error & { status?: unknown }

function statusOf(error: unknown): number {
  const { status } = error as HttpError
  if (typeof status === 'number' && status >= 400 && status < 500) return status
  return isOutage(error) ? 503 : 500
}

function problemWords(status: number): string {
  if (status === 404) return 'no such address'
  if (status === 405) return 'this address does not take that method'
  return 'please try again later'
}

function logFault({ state, method, url }: Context, error: unknown): void {
  const { services, requestId, logged } = state
  services.log.error({ err: error, requestId, ...logged, method, url }, 'request failed')
}
