import { sql } from 'kysely'
import { kept } from '../../plumbing/cache.ts'
import { within } from '../../plumbing/within.ts'
import { schemaIsCurrent } from '../../plumbing/storage/migrate.ts'
import type { Loop } from '../../plumbing/schedule/loop.ts'
import type { Services } from '../../services.ts'
import type { Context } from '../shell/context.ts'

/** A database or Redis that does not answer within this time is not ready. */
const checkTimeoutMs = 2_000

/** A loop that has not looked for this long hangs. */
const beatMs = 5_000

/** `GET /healthz`: this process is alive, also when database or Redis are not. */
export function healthz(ctx: Context): void {
  ctx.body = { alive: true }
}

/**
 * `GET /readyz`: 200 when database, Redis and schema are ready and the process is not stopping; else 503, with each
 * check.
 */
export async function readyz(ctx: Context): Promise<void> {
  answerReady(ctx, await neighbours(ctx.state.services))
}

/** The same on a worker's own port: its loops must also have looked a moment ago. */
export function workerReadyz(loops: Loop[]): (ctx: Context) => Promise<void> {
  return async (ctx) => answerReady(ctx, { ...(await neighbours(ctx.state.services)), ...beats(loops) })
}

/** Anybody may ask, as often as they like: database and Redis are asked at most twice in a second. */
const answers = kept<'now', Record<string, boolean>>({ most: 1, ageMs: 500 })

function neighbours(services: Services): Promise<Record<string, boolean>> {
  return services.cache.read(answers, 'now', () => askNeighbours(services))
}

async function askNeighbours(services: Services): Promise<Record<string, boolean>> {
  const [database, redis, schema] = await Promise.all([
    holds(() => sql`select 1`.execute(services.db)),
    holds(async () => services.redis?.ping()),
    holds(() => schemaHolds(services)),
  ])
  return { database, redis, schema }
}

/** For each loop, by its name, whether it looked within its time. */
function beats(loops: Loop[]): Record<string, boolean> {
  return Object.fromEntries(loops.map(({ name, sinceLookMs }) => [name, (sinceLookMs() ?? Infinity) < beatMs]))
}

function answerReady(ctx: Context, checks: Record<string, boolean>): void {
  const stopping = ctx.state.services.stopping.signal.aborted
  const ready = Object.values(checks).every(Boolean) && !stopping
  ctx.status = ready ? 200 : 503
  ctx.body = { ready, ...checks, stopping }
}

/** Once a schema is current it stays current for this process, because migrations only go forward. */
const schemaState = kept<'schema', 'current'>({ most: 1 })

function schemaHolds({ cache, db }: Services): Promise<unknown> {
  return cache.read(schemaState, 'schema', async () => {
    if (!(await schemaIsCurrent(db))) throw new Error('migrations are missing')
    return 'current'
  })
}

async function holds(check: () => Promise<unknown>): Promise<boolean> {
  try {
    await within(checkTimeoutMs, check())
    return true
  } catch {
    return false
  }
}
