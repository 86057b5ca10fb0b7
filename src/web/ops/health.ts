import { sql } from 'kysely'
import { schemaIsCurrent } from '../../plumbing/storage/migrate.ts'
import type { Loop } from '../../plumbing/schedule/loop.ts'
import type { Services } from '../../services.ts'
import type { Context } from '../shell/context.ts'
import { isStopping } from '../shell/stopping.ts'

/** A neighbour that does not answer within this is not ready. */
const checkTimeoutMs = 2_000

/** A loop that has not looked for so long hangs. */
const beatMs = 5_000

/** `GET /healthz`: this process is alive, whatever its neighbours do. */
export function healthz(ctx: Context): void {
  ctx.body = { alive: true }
}

/** `GET /readyz`: 200 when database, Redis and schema are there and the process is not stopping, else 503 with what is not. */
export async function readyz(ctx: Context): Promise<void> {
  answerReady(ctx, await neighbours(ctx.state.services))
}

/** The same of a worker's own port: its loops must have looked a moment ago as well. */
export function workerReadyz(loops: Loop[]): (ctx: Context) => Promise<void> {
  return async (ctx) => answerReady(ctx, { ...(await neighbours(ctx.state.services)), ...beats(loops) })
}

async function neighbours(services: Services): Promise<Record<string, boolean>> {
  const [database, redis, schema] = await Promise.all([
    holds(() => sql`select 1`.execute(services.db)),
    holds(async () => services.redis?.ping()),
    holds(() => schemaHolds(services)),
  ])
  return { database, redis, schema }
}

/** Each loop by its name: whether it looked within its time. */
function beats(loops: Loop[]): Record<string, boolean> {
  return Object.fromEntries(loops.map(({ name, sinceLookMs }) => [name, (sinceLookMs() ?? Infinity) < beatMs]))
}

function answerReady(ctx: Context, checks: Record<string, boolean>): void {
  const ready = Object.values(checks).every(Boolean) && !isStopping()
  ctx.status = ready ? 200 : 503
  ctx.body = { ready, ...checks, stopping: isStopping() }
}

/** Once current, a schema stays so for this process: it only moves forward. */
const current = new WeakSet<Services>()

async function schemaHolds(services: Services): Promise<void> {
  if (current.has(services)) return
  if (!(await schemaIsCurrent(services.db))) throw new Error('migrations are missing')
  current.add(services)
}

async function holds(check: () => Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), checkTimeoutMs)
  })
  try {
    await Promise.race([check(), late])
    return true
  } catch {
    return false
  } finally {
    clearTimeout(timer)
  }
}
