import { sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'
import { keptStandings, type Standing } from './standing.ts'

/** A merchant that sends a provider's stocks, and how far its permission is; undefined: nobody has asked. */
export type ApplicationLine = {
  slug: string
  name: string
  senders: string[]
  standing: Standing | undefined
}

/** The step that is asked for by e-mail (steps.ts). */
const crossMerchantStep = 4

/** These merchants by name, with their sender numbers and what is kept of 跨商户号发券. */
export async function applicationLines(db: Db, merchantIds: number[]): Promise<ApplicationLine[]> {
  const { rows } = await sql<{ id: number; slug: string; name: string; senders: string[] }>`
    select m.id, m.slug, m.name, coalesce(json_agg(a.mchid order by a.id) filter (where a.id is not null), '[]') as senders
    from merchants m left join accounts a on a.merchant_id = m.id and a.role = 'sender'
    where m.id = any(${merchantIds}) group by m.id order by m.name, m.id`.execute(db)
  const standings = await keptStandings(db, merchantIds)
  return rows.map(({ id, ...line }) => ({ ...line, standing: standings.get(id)?.get(crossMerchantStep) }))
}
