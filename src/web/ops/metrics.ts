import { createHash, timingSafeEqual } from 'node:crypto'
import { readLedgerGauges } from './ledger-gauges.ts'
import { registry } from '../../plumbing/telemetry/metrics.ts'
import type { Context } from '../shell/context.ts'

/** `GET /metrics` for Prometheus: with the bearer token of METRICS_TOKEN, or without one for this machine only. */
export async function metrics(ctx: Context): Promise<void> {
  const { config, db, clock, log } = ctx.state.services
  const { metricsToken } = config
  if (metricsToken === undefined ? !isLocal(ctx) : !tokenMatches(ctx.get('authorization'), metricsToken)) return
  // Without a database, the process's own figures are what the operator needs.
  await readLedgerGauges(db, clock).catch((error: unknown) => log.warn({ err: error }, 'ledger gauges not read'))
  ctx.type = registry.contentType
  ctx.body = await registry.metrics()
}

const loopbackAddress = /^(127\.|::1$|::ffff:127\.)/
const loopbackHost = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i

/**
 * A proxy on this machine sends requests of other machines. Some say so in a header, and those that do not ask for the
 * public host. The request's own Host is read, never the one that a header of a trusted proxy names.
 */
function isLocal(ctx: Context): boolean {
  if (forwarding.some((name) => ctx.get(name))) return false
  const { socket, headers } = ctx.req
  return loopbackAddress.test(socket.remoteAddress ?? '') && loopbackHost.test(headers.host ?? '')
}

const forwarding = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip']

/** Compares hashes, so that the time it takes reveals neither length nor content. */
function tokenMatches(authorization: string, token: string): boolean {
  return timingSafeEqual(hash(authorization), hash(`Bearer ${token}`))
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
