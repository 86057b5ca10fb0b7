import { mkdirSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { Kysely, PostgresDialect, type PostgresPool } from 'kysely'
import pg from 'pg'
import { holdDataDir } from './data-dir.ts'
import { PreparingClient } from './prepared.ts'
import type { Tables } from './schema.ts'

/** The pool or a transaction: every query function takes one first and works in either. */
export type Db = Kysely<Tables>

const INT8 = 20
/** A statement that waits longer than this is a fault elsewhere; the caller's own retry is the cure. */
const statementTimeoutMs = 15_000
/** For an operator's commands: a proof or a new index over millions of rows takes minutes. */
export const patientTimeoutMs = 30 * 60_000
/** So long after that PostgreSQL itself would have answered that the statement took too long. */
const silenceMs = 3_000

/**
 * Opens PostgreSQL at `url`, or the embedded PGlite under `dataDir` when there is no url. int8 arrives as a number:
 * ids and fen stay far below 2^53. Throws when another process holds `dataDir`.
 */
export async function openDatabase(options: {
  url: string | undefined
  dataDir: string
  connections?: number
  statementTimeoutMs?: number
}): Promise<Db> {
  const { url, connections = 10, dataDir } = options
  const pool = url
    ? pgPool(url, connections, options.statementTimeoutMs ?? statementTimeoutMs)
    : await pglitePool(dataDir)
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
}

function pgPool(url: string, connections: number, timeoutMs: number): pg.Pool {
  pg.types.setTypeParser(INT8, Number)
  const pool = new pg.Pool({
    Client: PreparingClient,
    connectionString: url,
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

/** PGlite has one connection: hand it to one borrower at a time, in the shape of pg's pool. */
async function pglitePool(dataDir: string): Promise<PostgresPool> {
  mkdirSync(dataDir, { recursive: true })
  const release = holdDataDir(dataDir)
  // Only here: a process with a PostgreSQL of its own should not carry the embedded one in its memory.
  const { PGlite } = await import('@electric-sql/pglite')
  const lite = await PGlite.create(join(dataDir, 'pglite'), { parsers: { [INT8]: Number } })
  let last: Promise<void> = Promise.resolve()

  async function connect() {
    const turn = last
    let done = () => {}
    last = new Promise((resolve) => (done = resolve))
    await turn
    const query = async (sql: string, parameters: readonly unknown[]) => {
      const { rows, affectedRows } = await lite.query(sql, [...parameters])
      return { command: 'SELECT' as const, rowCount: affectedRows ?? rows.length, rows }
    }
    return { query, release: done }
  }
  async function end() {
    await last
    await lite.close()
    release()
  }
  return { connect, end } as unknown as PostgresPool
}
