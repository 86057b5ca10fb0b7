import type { Socket } from 'node:net'
import { Kysely, PostgresDialect, type PostgresPool } from 'kysely'
import pg from 'pg'
import { findGuestDoor, openEmbedded } from './embedded/embedded.ts'
import { socketPort } from './embedded/socket-dir.ts'
import { PreparingClient } from './prepared.ts'
import type { Tables } from './schema.ts'

/** The pool or a transaction: every query function takes one first and works in either. */
export type Db = Kysely<Tables>

const INT8 = 20
/** A statement that waits longer than this is a fault elsewhere; the caller's own retry is the cure. */
const defaultTimeoutMs = 15_000
/** For an operator's commands: a proof or a new index over millions of rows takes minutes. */
export const patientTimeoutMs = 30 * 60_000
/** So long after that PostgreSQL itself would have answered that the statement took too long. */
const silenceMs = 3_000

type Wanted = {
  url: string | undefined
  dataDir: string
  /** This process is a command: the embedded database of a program that runs is used through that program. */
  asGuest?: boolean
  connections?: number
  statementTimeoutMs?: number
}

/**
 * Opens PostgreSQL at `url`, or the embedded PGlite under `dataDir` when there is no url. int8 arrives as a number:
 * ids and fen stay far below 2^53. Throws when another process holds `dataDir` and serves no guests, or we are none.
 */
export async function openDatabase(wanted: Wanted): Promise<Db> {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: await openPool(wanted) }) })
}

async function openPool(wanted: Wanted): Promise<PostgresPool> {
  const { url, dataDir, asGuest } = wanted
  if (url) return pgPool({ connectionString: url, Client: PreparingClient }, wanted)
  const host = asGuest ? await findGuestDoor(dataDir) : undefined
  if (host === undefined) return openEmbedded(dataDir, { serveGuests: !asGuest })
  // Everything is named that the environment's PG… would decide otherwise.
  return pgPool({ host, port: socketPort, user: 'postgres', password: '', database: 'postgres', ssl: false }, wanted)
}

function pgPool(where: pg.PoolConfig, wanted: Wanted): pg.Pool {
  const { connections = 10, statementTimeoutMs: timeoutMs = defaultTimeoutMs } = wanted
  pg.types.setTypeParser(INT8, Number)
  const pool = new pg.Pool({
    ...where,
    max: connections,
    connectionTimeoutMillis: 3_000,
    idleTimeoutMillis: 10_000,
    keepAlive: true,
    statement_timeout: timeoutMs,
    application_name: 'paycoupon',
  })
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => undefined)
  // So would one that breaks in somebody's hands; whoever holds it learns of it from the query that fails.
  pool.on('connect', (client) => {
    client.on('error', () => undefined)
    // A machine that is gone says nothing at all, and TCP would wait for it for a quarter of an hour.
    const socket = client.connection.stream as Socket
    socket.setTimeout(timeoutMs + silenceMs, () =>
      socket.destroy(new Error('connection terminated: PostgreSQL is silent')),
    )
  })
  return pool
}
