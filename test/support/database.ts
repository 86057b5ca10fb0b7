import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { type Db, openDatabase } from '../../src/plumbing/storage/database.ts'

export type TestDatabase = AsyncDisposable & {
  url: string
  db: Db
  /** Closes `db` and drops the database. */
  close(): Promise<void>
}

/** A database of the newest schema, cloned in some 20 ms from the template that the global set-up migrated. */
export async function openTestDatabase(): Promise<TestDatabase> {
  const { url, drop } = await createTestDatabase(inject('templateDatabase'))
  const db = await openDatabase({ url, dataDir: '' })
  async function close() {
    await db.destroy()
    await drop()
  }
  return { url, db, close, [Symbol.asyncDispose]: close }
}

/** A database of its own on the test server: a clone of `template`, or an empty one. */
export async function createTestDatabase(template = 'template0'): Promise<{ url: string; drop(): Promise<void> }> {
  const server = inject('databaseUrl')
  const name = `paycoupon_test_${randomBytes(6).toString('hex')}`
  await administer(server, `create database ${name} template ${template}`)
  return {
    url: databaseUrl(server, name),
    drop: () => administer(server, `drop database if exists ${name} with (force)`),
  }
}

/** `server` with another database's name. */
export function databaseUrl(server: string, name: string): string {
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

/** Runs one statement as the server's administrator. */
export async function administer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
