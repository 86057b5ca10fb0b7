import { Refusal } from '../../../refusal.ts'
import { wantsJson } from '../../shell/accepts.ts'
import type { Context, Handler } from '../../shell/context.ts'
import { isOutage } from '../../shell/outage.ts'
import { renderProblem } from '../pages/problem.ts'
import { renderRefusal } from '../pages/refusal.ts'

/**
 * Turns what was thrown into an answer. A refusal shows its sentence; a fault of the request (`ctx.throw`) its status;
 * anything else is ours: it is logged, and the person sees a request number and 请稍后再试. What no route answered is 404.
 */
export const errors: Handler = async (context, next) => {
  const ctx = context as Context
  try {
    await next()
    if (ctx.body == null && (ctx.status === 404 || ctx.status === 405)) answerStatus(ctx, ctx.status)
  } catch (error) {
    if (error instanceof Refusal) return renderRefusal(ctx, error)
    const status = statusOf(error)
    if (status >= 500) logFault(ctx, error)
    if (wantsJson(ctx)) answerJson(ctx, status, status < 500 ? (error as Error).message : undefined)
    else answerStatus(ctx, status)
  }
}

type HttpError = Error & { status?: unknown; expose?: unknown }

function statusOf(error: unknown): number {
  const { status } = error as HttpError
  if (typeof status === 'number' && status >= 400 && status < 500) return status
  return isOutage(error) ? 503 : 500
}

function answerStatus(ctx: Context, status: number): void {
  if (wantsJson(ctx)) answerJson(ctx, status, undefined)
  else renderProblem(ctx, status)
}

/** A program is told what it did wrong, and for a fault of ours no more than a person. */
function answerJson(ctx: Context, status: number, message: string | undefined): void {
  ctx.status = status
  if (status >= 500) ctx.set('Retry-After', '5')
  ctx.body = { message: message || problemWords(status), request_id: ctx.state.requestId }
}

function problemWords(status: number): string {
  if (status === 404) return 'no such address'
  if (status === 405) return 'this address does not take that method'
  return 'please try again later'
}

function logFault(ctx: Context, error: unknown): void {
  const { services, requestId, merchant } = ctx.state
  services.log.error(
    { err: error, requestId, merchant: merchant?.slug, method: ctx.method, url: ctx.url },
    'request failed',
  )
}
