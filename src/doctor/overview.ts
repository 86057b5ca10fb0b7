import { sql } from 'kysely'
import { likeWords } from '../plumbing/storage/like-words.ts'
import { keptStandings } from '../onboarding/standing.ts'
import type { Db } from '../plumbing/storage/database.ts'
import { lastExaminations } from './examinations.ts'
import { readShelves } from './shelf.ts'
import { verdictsOf } from './step-checks.ts'
import type { StepVerdict } from './step-findings.ts'

/** One merchant of the overview. */
export type OverviewLine = {
  id: number
  slug: string
  name: string
  verdicts: StepVerdict[]
  examinedAt: Date | undefined
}

/** More merchants than anybody reads in a table; the filters find the others. */
export const merchantsAtMost = 500

/**
 * How far each of these merchants is, by name: what is kept of its steps and what was found last. A few queries whatever
 * their number, and WeChat is not asked. `name`: only those that have it in their name or slug.
 */
export async function overviewOf(db: Db, merchantIds: 'all' | number[], name = ''): Promise<OverviewLine[]> {
  const merchants = await db
    .selectFrom('merchants')
    .select(['id', 'slug', 'name'])
    .$if(merchantIds !== 'all', (query) => query.where('id', 'in', [0, ...(merchantIds as number[])]))
    .$if(name !== '', (query) => query.where(sql`lower(name || ' ' || slug)`, 'like', likeWords(name)))
    .orderBy('name')
    .orderBy('id')
    .limit(merchantsAtMost)
    .execute()
  const ids = merchants.map(({ id }) => id)
  const standings = await keptStandings(db, ids)
  const shelves = await readShelves(db, ids)
  const examinations = await lastExaminations(db, ids)
  const providers = await providersOf(db, ids)
  return merchants.map(({ id, slug, name }) => {
    const last = examinations.get(id)
    const known = { now: standings.get(id)!, shelf: shelves.get(id)!, providers: providers.get(id) ?? [] }
    const verdicts = verdictsOf({ ...known, found: last?.findings ?? [] })
    return { id, slug, name, verdicts, examinedAt: last?.at }
  })
}

async function providersOf(db: Db, ids: number[]): Promise<Map<number, string[]>> {
  const { rows } = await sql<{ merchant_id: number; mchids: string[] }>`
    select merchant_id, json_agg(mchid) as mchids from accounts
    where role = 'provider' and merchant_id = any(${ids}) group by merchant_id`.execute(db)
  return new Map(rows.map(({ merchant_id, mchids }) => [merchant_id, mchids]))
}
