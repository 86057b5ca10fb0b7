import { sql } from 'kysely'
import type { Db } from '../../src/plumbing/storage/database.ts'

/** Runs `body` (PL/pgSQL) `when` the ledger does something, as in `before insert on grants`, until it is disposed. */
export async function aTrigger(db: Db, when: string, body: string): Promise<AsyncDisposable> {
  await sql`create function test_trigger() returns trigger language plpgsql as ${sql.lit(`begin ${body}; end`)}`.execute(
    db,
  )
  await sql`create trigger test_trigger ${sql.raw(when)} for each row execute function test_trigger()`.execute(db)
  return {
    async [Symbol.asyncDispose]() {
      await sql`drop function test_trigger cascade`.execute(db)
    },
  }
}

/** Whoever writes a grant waits just before it, until it is let go: at the latest when this is disposed. */
export async function holdGrants(db: Db): Promise<AsyncDisposable & { letGo(): Promise<void> }> {
  const trigger = await aTrigger(db, 'before insert on grants', 'perform pg_advisory_xact_lock(1); return new')
  const holding = await db.startTransaction().execute()
  await sql`select pg_advisory_xact_lock(1)`.execute(holding)
  async function letGo() {
    if (!holding.isCommitted) await holding.commit().execute()
  }
  return {
    letGo,
    async [Symbol.asyncDispose]() {
      await letGo()
      await trigger[Symbol.asyncDispose]()
    },
  }
}
