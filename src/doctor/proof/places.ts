import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../../plumbing/storage/database.ts'
import { counts } from '../../ledger/doubt.ts'
import { dayText, inBeijing } from '../../plumbing/storage/beijing.ts'
import { kinds } from '../../ledger/limits/kinds.ts'
import { scopeInSql } from '../../ledger/limits/scopes.ts'
import { type Asked, markOf } from './asked.ts'
import { read } from './read.ts'
import { grantRanges, type Range } from './ranges.ts'

/** Grants per statement: a second or less, about 10 MB. */
const rangeSize = 20_000
/** One statement per core of a small machine. */
const atOnce = 2

/**
 * Grants that, at a first look, do not hold exactly the places that their limits ask for, or whose coupons do not;
 * explain-grant.ts then looks at each alone. Compares sums of hashes, so that millions take seconds.
 */
export async function* suspiciousGrants(db: Db, asked: Asked): AsyncGenerator<string> {
  const ranges = grantRanges(db, rangeSize)
  const looking: Promise<string[]>[] = []
  for await (const range of ranges) {
    looking.push(screen(db, asked, range))
    if (looking.length >= atOnce) yield* (await looking.shift())!
  }
  for (const look of looking) yield* await look
}

async function screen(db: Db, asked: Asked, { from, below }: Range): Promise<string[]> {
  const isIn = (id: string) =>
    sql`${sql.ref(id)} >= ${from}::uuid${below === null ? sql`` : sql` and ${sql.ref(id)} < ${below}::uuid`}`
  const day = dayText(inBeijing(sql`g.earned_at`))
  const counting = sql`filter (where ${counts('c')})`
  const tier = sql`exists (select from jsonb_array_elements(ca.spend->'tiers') t
    where (t->>'at_least')::integer = owed.tier and t ? 'total')`
  const facts = { campaign: sql`ca.id`, mark: sql`owed.mark`, day: sql`owed.day`, tier: sql`owed.tier` }
  const places = kinds.map(({ name }) => ({
    wanted: name === 'tier' ? sql`(owed.tier is not null and ${tier})` : sql`ca.limits ? ${sql.lit(name)}`,
    hash: hash(scopeInSql(name, facts)),
  }))
  const ofCoupon = scopeInSql('stock', { stock: sql`c.stock_ref`, mark: sql`g.mark` })
  const rows = await read(
    db,
    sql<{ id: string }>`
    with ${asked.keys}, g as materialized (
      select g.id, g.merchant_id, g.openid, ${markOf(sql`g.openid`)} as mark, ${day} as day, g.tier, g.campaign_id
      from grants g join keys using (merchant_id) where ${isIn('g.id')}
    ), owed as (
      select coalesce(g.id, c.grant_id) as id, g.mark, g.day, g.tier, g.campaign_id,
        count(c.id) > 0 and g.id is not null
          and coalesce(bool_and(c.merchant_id = g.merchant_id and c.openid = g.openid), false) as is_whole,
        count(c.id) ${counting} as coupons,
        bit_xor(${hash(sql`${ofCoupon} || c.id || c.place`)}) ${counting} as places
      from g full join (select * from coupons c where ${asked.isOf('c')} and ${isIn('c.grant_id')}) c on c.grant_id = g.id
      group by g.id, c.grant_id, g.mark, g.day, g.tier, g.campaign_id
    ), wanted as (
      select owed.id, owed.is_whole,
        owed.coupons + ${sql.join(
          places.map(({ wanted }) => sql`coalesce((${wanted})::integer, 0)`),
          sql` + `,
        )} as number,
        coalesce(owed.places, 0) # ${sql.join(
          places.map(({ wanted, hash: place }) => sql`(case when ${wanted} then ${place} else 0 end)`),
          sql` # `,
        )} as places
      from owed left join campaigns ca on ca.id = owed.campaign_id and owed.coupons > 0
    ), held as (
      select grant_id, count(*) as number, bit_xor(${hash(sql`case when coupon_row is null then scope else scope || coupon_row || number end`)}) as places
      from slots s where ${asked.isOf('s')} and ${isIn('grant_id')} group by grant_id
    )
    select coalesce(wanted.id, held.grant_id) as id from wanted full join held on held.grant_id = wanted.id
    where not coalesce(is_whole, false) or coalesce(wanted.number, 0) <> coalesce(held.number, 0)
      or coalesce(wanted.places, 0) <> coalesce(held.places, 0)
    order by 1`,
  )
  return rows.map((row) => row.id)
}

function hash(text: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`hashtextextended(${text}, 0)`
}
