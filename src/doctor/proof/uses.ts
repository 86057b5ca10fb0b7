import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../../plumbing/storage/database.ts'
import { counts } from '../../ledger/doubt.ts'
import { type Kind, kinds } from '../../ledger/limits/kinds.ts'
import { hasFact, scopeInSql } from '../../ledger/limits/scopes.ts'
import { dayText, inBeijing } from '../../plumbing/storage/beijing.ts'
import { type Asked, markOf } from './asked.ts'
import { read } from './read.ts'

/** How far one limit was used; `used` is the member or day with the most. */
export type Use = {
  limit: string
  used: number
  allowed: number
  /** Members or days that were given more than was ever allowed. */
  broken: number
  /** Members or days that have more than is allowed now, all of it given before the limit was lowered. */
  before: number
  /** The most that was given to one of the broken ones, and some of their scopes. */
  brokenUsed: number | null
  brokenScopes: string[] | null
}

const columns = ['openid', 'day', 'tier'] as const
type Column = (typeof columns)[number]
const types: Record<Column, string> = { openid: 'text', day: 'date', tier: 'integer' }

/** The columns by which grants are grouped to count under a kind of limit. */
function groupBy(kind: Kind['name']): Column[] {
  return columns.filter((column) => hasFact(kind, column === 'openid' ? 'mark' : column))
}

const whole = kinds.filter(({ name }) => name !== 'tier')

/**
 * Counts what was given under every limit of the campaigns, from grants and coupons alone, never from the places. When
 * a limit was lowered, the ledger keeps how much had been given by then (`overshoots.given`); more than that too is a
 * breach.
 */
export async function campaignUses(db: Db, asked: Asked): Promise<Use[]> {
  const { rows: found } = await sql<{ kind: string }>`
    with ${asked.keys}, ${campaignLimits(asked)} select distinct kind from limits`.execute(db)
  const has = (kind: string) => found.some((row) => row.kind === kind)
  if (found.length === 0) return []
  const groups = kinds.filter(({ name }) => has(name)).map(({ name }) => groupBy(name))
  const facts = {
    campaign: sql`l.campaign_id`,
    mark: markOf(sql`n.openid`),
    day: dayText(sql`n.day`),
    tier: sql`n.tier`,
  }
  const scopeAbove = sql`case l.kind ${sql.join(
    kinds.map(({ name }) => sql`when ${sql.lit(name)} then ${scopeInSql(name, facts)}`),
    sql` `,
  )} end`
  // PostgreSQL knows only the columns that at least one group has.
  const isKnown = (column: Column) => groups.some((columns) => columns.includes(column))
  const known = columns.map((column) => (isKnown(column) ? sql.ref(column) : sql`null::${sql.raw(types[column])}`))
  const bits = columns.map((column) => (isKnown(column) ? sql`grouping(${sql.ref(column)})` : sql`1`))
  const sets = groups.map((group) => sql`(${sql.join(['campaign_id', ...group].map((column) => sql.ref(column)))})`)
  return read(
    db,
    sql<Use>`with ${asked.keys}, ${campaignLimits(asked)}, counts as (
      select campaign_id, ${known[0]} as openid, ${known[1]} as day, ${known[2]} as tier, count(*) as used,
        ${bits[0]} * 4 + ${bits[1]} * 2 + ${bits[2]} as left_out
      from (select campaign_id, openid, ${inBeijing(sql`earned_at`)}::date as day, tier from grants g
            where ${asked.isOf('g')} and exists (select from coupons c where c.grant_id = g.id and ${counts('c')})) counting
      group by grouping sets (${sql.join(sets)})
    ), uses as (
      select l.limit_id, n.used, case when n.used > l.allowed then ${scopeAbove} end as scope_above
      from counts n
      join limits l on l.campaign_id = n.campaign_id and l.left_out = n.left_out and (l.kind <> 'tier' or l.tier = n.tier)
      join keys on keys.merchant_id = l.merchant_id
    ) ${worst}`,
  )
}

/** As SQL, a common table of every limit of the campaigns. */
function campaignLimits(asked: Asked): RawBuilder<unknown> {
  const named = whole.map(
    ({ name, words }, rank) => sql`(${name}, ${` ${words}`}, ${rank}::integer, ${leftOutBy(groupBy(name))}::integer)`,
  )
  return sql`limits as materialized (
    select row_number() over () as limit_id, each_limit.* from (
      select ca.id as campaign_id, ca.merchant_id, kind.name as kind, null::integer as tier,
        (ca.limits->>kind.name)::integer as allowed, m.slug || '/' || ca.slug || kind.words as "limit", kind.rank, kind.left_out
      from campaigns ca join merchants m on m.id = ca.merchant_id
      cross join (values ${sql.join(named)}) kind (name, words, rank, left_out)
      where ${asked.isOf('ca')} and ca.limits ? kind.name
      union all
      select ca.id, ca.merchant_id, 'tier', (t->>'at_least')::integer, (t->>'total')::integer,
        m.slug || '/' || ca.slug || ' tier ' || (t->>'at_least'), ${whole.length}::integer, ${leftOutBy(groupBy('tier'))}::integer
      from campaigns ca join merchants m on m.id = ca.merchant_id cross join lateral jsonb_array_elements(ca.spend->'tiers') t
      where ${asked.isOf('ca')} and t ? 'total'
    ) each_limit)`
}

/** A number for each way of grouping: one bit per column, set when the column is left out. */
function leftOutBy(groupBy: readonly Column[]): number {
  return columns.reduce((bits, column) => bits * 2 + (groupBy.includes(column) ? 0 : 1), 0)
}

/** The same for the limit per member that each stock has itself, under which each coupon counts as one. */
export async function stockUses(db: Db, asked: Asked): Promise<Use[]> {
  return read(
    db,
    sql<Use>`with ${asked.keys},
    limits as materialized (
      select s.id as limit_id, s.merchant_id, s.max_coupons_per_user as allowed, 0 as rank,
        m.slug || ' stock ' || s.stock_id || ' per member' as "limit"
      from stocks s join merchants m on m.id = s.merchant_id where ${asked.isOf('s')}
    ), uses as (
      select l.limit_id, n.used, case when n.used > l.allowed
        then ${scopeInSql('stock', { stock: sql`n.stock_ref`, mark: markOf(sql`n.openid`) })} end as scope_above
      from (select c.stock_ref, c.openid, count(*) as used from coupons c
            where ${asked.isOf('c')} and ${counts('c')} group by c.stock_ref, c.openid) n
      join limits l on l.limit_id = n.stock_ref join keys on keys.merchant_id = l.merchant_id
    ) ${worst}`,
  )
}

const broken = sql`u.scope_above is not null and u.used > coalesce(o.given, 0)`

/**
 * As SQL, one row per limit of `uses`. Members who were given the same number are first taken together; only what is
 * above its limit is looked up among the overshoots.
 */
const worst = sql`
  select l."limit", l.allowed, max(u.used)::bigint as used,
    coalesce(sum(u.times) filter (where ${broken}), 0)::bigint as broken,
    coalesce(sum(u.times) filter (where u.scope_above is not null and not (${broken})), 0)::bigint as before,
    (max(u.used) filter (where ${broken}))::bigint as "brokenUsed",
    (array_agg(u.scope_above order by u.scope_above) filter (where ${broken}))[1:3] as "brokenScopes"
  from (select limit_id, used, scope_above, count(*) as times from uses group by limit_id, used, scope_above) u
  join limits l on l.limit_id = u.limit_id
  left join overshoots o on o.merchant_id = l.merchant_id and o.scope = u.scope_above
  group by l.limit_id, l."limit", l.allowed, l.rank order by l.rank, l."limit"`
