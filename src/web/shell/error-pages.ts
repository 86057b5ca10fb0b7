import { wantsJson } from './accepts.ts'
import type { Context } from './context.ts'

/** How an audience hears that its request led nowhere. */
export type ErrorPages = {
  /** Answers a "no" that its own handlers throw; false when `error` is none. */
  refusal?(ctx: Context, error: unknown): boolean
  /** Answers an HTTP status; `message` tells a program what it did wrong. */
  problem(ctx: Context, status: number, message?: string): void
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
export function errorsAsPages(show: (ctx: Context, status: number) => void): ErrorPages {
  return {
    problem(ctx, status, message) {
      if (wantsJson(ctx)) return errorsAsJson.problem(ctx, status, message)
      ctx.status = status
      if (status === 503) ctx.set('Retry-After', retrySeconds)
      show(ctx, status)
    },
  }
}

const retrySeconds = '5'

function problemWords(status: number): string {
  if (status === 404) return 'no such address'
  if (status === 405) return 'this address does not take that method'
  return 'please try again later'
}
