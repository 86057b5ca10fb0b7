import { wantsJson } from './accepts.ts'
import type { Context } from './context.ts'

/** How a failed request is answered to one audience. */
export type ErrorPages = {
  /** Answers a refusal that the audience's own handlers throw; false when `error` is not one. */
  refusal?(ctx: Context, error: unknown): boolean
  /** Answers an HTTP status; `message` says to a program what is wrong with its request. */
  problem(ctx: Context, status: number, message?: string): void
}

/** For addresses that only programs call. About a fault of ours they learn no more than a person does. */
export const errorsAsJson: ErrorPages = {
  problem(ctx, status, message) {
    ctx.status = status
    if (status >= 500) ctx.set('Retry-After', retrySeconds)
    ctx.body = { message: message || problemWords(status), request_id: ctx.state.requestId }
  },
}

/** For people in a browser, with the page that `show` answers; a program at such an address gets JSON. */
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
