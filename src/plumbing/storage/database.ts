import type { Socket } from 'node:net'
import { Kysely, PostgresDialect, type PostgresPool } from 'kysely'
import pg from 'pg'
import { findGuestDoor, openEmbedded } from './embedded/embedded.ts'
import { socketPort } from './embedded/socket-dir.ts'
import { PreparingClient } from './prepared.ts'
import type { Tables } from './schema.ts'

/** The pool or a transaction: every query function has one as its first parameter and works in either. */
export type Db = Kysely<Tables>

const INT8 = 20
/** A statement that takes longer is blocked by a fault elsewhere; the caller tries again later. */
const defaultTimeoutMs = 15_000
/** For an operator's commands: a proof or a new index over millions of rows takes minutes. */
export const patientTimeoutMs = 30 * 60_000
/** Added to the statement's time limit: PostgreSQL itself reports a timeout before this. */
const silenceMs = 3_000

type Wanted = {
  url: string | undefined
  dataDir: string
  /**
   * This process is a command: if a running program holds the embedded database, the command uses it through that
   * program.
   */
  asGuest?: boolean
  connections?: number
  statementTimeoutMs?: number
}

/**
 * Opens PostgreSQL at `url`, or the embedded PGlite under `dataDir` when there is no url. int8 arrives as a number: ids
 * and fen stay far below 2^53. Throws when another process holds `dataDir` and serves no guests, or without `asGuest`.
 */
export async function openDatabase(wanted: Wanted): Promise<Db> {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: await openPool(wanted) }) })
}

async function openPool(wanted: Wanted): Promise<PostgresPool> {
  const { url, dataDir, asGuest } = wanted
  if (url) return pgPool({ connectionString: url, Client: PreparingClient }, wanted)
  const host = asGuest ? await findGuestDoor(dataDir) : undefined
  if (host === undefined) return openEmbedded(dataDir, { serveGuests: !asGuest })
  // Every setting is given that the environment's PG… variables would otherwise decide.
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
  // A connection that breaks while in use would end it too; the code that uses it sees its query fail.
  pool.on('connect', (client) => {
    client.on('error', () => undefined)
    // A machine that is gone sends nothing at all, and TCP would wait a quarter of an hour for it.
    const socket = client.connection.stream as Socket
    socket.setTimeout(timeoutMs + silenceMs, () =>
      socket.destroy(new Error('connection terminated: PostgreSQL is silent')),
    )
  })
  return pool
}
