import { httpSeconds } from '../../plumbing/telemetry/metrics.ts'
import type { Services } from '../../services.ts'
import type { Context, Handler } from './context.ts'
import { randomText } from './random.ts'

/** A request slower than this is logged even when it succeeded. */
const slowMs = 1_000

/**
 * Gives the request its number, measures its time, and logs it when it failed, was slow, or the level is debug. A
 * request that succeeded has no line: what a claim did is in the ledger, and a crowd's lines would hide the failures.
 */
export function requestLog(services: Services): Handler {
  const { log, clock } = services
  return async (ctx, next) => {
    const startedMs = clock.now().getTime()
    ctx.state.services = services
    ctx.state.requestId = randomText(4, 'hex')
    ctx.state.nonce = randomText(16)
    ctx.res.setHeader('X-Request-Id', ctx.state.requestId)
    await next()
    const ms = clock.now().getTime() - startedMs
    httpSeconds.observe({ method: ctx.method, route: routeOf(ctx), status: ctx.status }, ms / 1_000)
    const level = ctx.status >= 500 ? 'error' : ms > slowMs ? 'warn' : 'debug'
    if (log.isLevelEnabled(level)) log[level](summary(ctx, ms), 'request')
  }
}

/** The pattern that matched: the number of addresses is unlimited, the number of patterns is not. */
function routeOf(ctx: Context): string {
  return ctx._matchedRoute?.toString() ?? 'none'
}

function summary({ state, method, url, status }: Context, ms: number): object {
  return { requestId: state.requestId, ...state.logged, method, url, status, ms }
}
