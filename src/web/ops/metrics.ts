import { createHash, timingSafeEqual } from 'node:crypto'
import { readLedgerGauges } from './ledger-gauges.ts'
import { registry } from '../../plumbing/telemetry/metrics.ts'
import type { Context } from '../shell/context.ts'

/** `GET /metrics` for Prometheus: with the bearer token of METRICS_TOKEN, or without one from this machine only. */
export async function metrics(ctx: Context): Promise<void> {
  const { config, db, clock, log } = ctx.state.services
  const { metricsToken } = config
  if (metricsToken === undefined ? !isLocal(ctx) : !tokenMatches(ctx.get('authorization'), metricsToken)) return
  // Without a database, the process's own figures are what the operator needs.
  await readLedgerGauges(db, clock).catch((error: unknown) => log.warn({ err: error }, 'ledger gauges not read'))
  ctx.type = registry.contentType
  ctx.body = await registry.metrics()
}

const loopback = /^(127\.|::1$|::ffff:127\.)/

/** A proxy on this machine sends requests of other machines, and says so in a header. */
function isLocal(ctx: Context): boolean {
  if (ctx.get('x-forwarded-for') || ctx.get('forwarded') || ctx.get('x-real-ip')) return false
  return loopback.test(ctx.req.socket.remoteAddress ?? '')
}

/** Compares hashes, so that the time it takes reveals neither length nor content. */
function tokenMatches(authorization: string, token: string): boolean {
  return timingSafeEqual(hash(authorization), hash(`Bearer ${token}`))
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
