import { sql } from 'kysely'
import type { Db } from '../../../src/plumbing/storage/database.ts'

/** When a session was last used, which every request of it writes. */
const ofEveryRequest = ['operator_sessions']

/** All that a request might change: every row of every table, one that is made next year too. */
export async function everythingIn(db: Db): Promise<string> {
  const { rows: tables } = await sql<{ table_name: string }>`
    select table_name from information_schema.tables
    where table_schema = current_schema() and table_type = 'BASE TABLE'
    and table_name <> all(${ofEveryRequest}) order by table_name`.execute(db)
  const each = tables.map(
    ({ table_name: name }) => sql`
      select ${name}::text as name, coalesce(json_agg(t order by t::text), '[]')::text as rows from ${sql.table(name)} t`,
  )
  const { rows } = await sql<{ name: string; rows: string }>`${sql.join(each, sql` union all `)}`.execute(db)
  return rows
    .map((one) => `${one.name} ${one.rows}`)
    .toSorted()
    .join('\n')
}
