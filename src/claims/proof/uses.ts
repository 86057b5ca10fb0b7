import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../../database.ts'
import { counts } from '../doubt.ts'
import { type Asked, dayOf, markOf } from './asked.ts'

/** How far one limit was used: the worst member or day stands for all. */
export type Use = {
  limit: string
  used: number
  allowed: number
  /** Members or days that were given more than was ever allowed. */
  broken: number
  /** Members or days that have more than is allowed now, all of it given before the limit was lowered. */
  before: number
  /** The most that one of the broken ones was given, and some of their scopes. */
  brokenUsed: number | null
  brokenScopes: string[] | null
}

/**
 * Counts what was given under every limit of the campaigns, from grants and coupons alone: never through the places. A
 * limit that is lowered keeps how many had been given (`overshoots.given`); what is above that as well is a breach.
 */
export async function campaignUses(db: Db, asked: Asked): Promise<Use[]> {
  const day = sql`(g.earned_at at time zone 'Asia/Shanghai')::date`
  const campaign = sql`'campaign/' || l.campaign_id`
  const member = sql`${campaign} || '/member/' || ${markOf(sql`n.openid`)}`
  const kind = (name: string, groupBy: RawBuilder<unknown>, scope: RawBuilder<unknown>) => sql`
    select l.limit_id, n.used, case when n.used > l.allowed then ${scope} end as scope_above
    from (select campaign_id, ${groupBy}, sum(used) as used from counting
          where campaign_id in (select campaign_id from limits where kind = ${name}) group by campaign_id, ${groupBy}) n
    join limits l on l.kind = ${name} and l.campaign_id = n.campaign_id
    join keys on keys.merchant_id = l.merchant_id`
  return read(
    db,
    sql`with ${asked.keys},
    limits as materialized (
      select row_number() over () as limit_id, all_limits.* from (
        select ca.id as campaign_id, ca.merchant_id, kind.name as kind, null::integer as tier,
          (ca.limits->>kind.name)::integer as allowed, m.slug || '/' || ca.slug || kind.words as "limit", kind.rank
        from campaigns ca join merchants m on m.id = ca.merchant_id
        cross join (values ('per_member', ' per member', 1), ('per_member_per_day', ' per member and day', 2), ('total', ' total', 3),
          ('per_day', ' per day', 4)) kind (name, words, rank)
        where ${asked.isOf('ca')} and ca.limits ? kind.name
        union all
        select ca.id, ca.merchant_id, 'tier', (t->>'at_least')::integer, (t->>'total')::integer,
          m.slug || '/' || ca.slug || ' tier ' || (t->>'at_least'), 5
        from campaigns ca join merchants m on m.id = ca.merchant_id cross join lateral jsonb_array_elements(ca.spend->'tiers') t
        where ${asked.isOf('ca')} and t ? 'total') all_limits
    ), counting as materialized (
      select g.campaign_id, g.openid, ${day} as day, g.tier, count(*) as used from grants g
      where ${asked.isOf('g')} and exists (select from coupons c where c.grant_id = g.id and ${counts('c')})
      group by g.campaign_id, g.openid, ${day}, g.tier
    ), uses as (
      ${kind('per_member', sql`openid`, member)}
      union all ${kind('per_member_per_day', sql`openid, day`, sql`${member} || '/' || ${dayOf(sql`n.day`)}`)}
      union all ${kind('per_day', sql`day`, sql`${campaign} || '/day/' || ${dayOf(sql`n.day`)}`)}
      union all
      select l.limit_id, sum(n.used), case when sum(n.used) > l.allowed then ${campaign} || '/total' end
      from limits l join counting n using (campaign_id) where l.kind = 'total' group by l.limit_id, l.campaign_id, l.allowed
      union all
      select l.limit_id, sum(n.used), case when sum(n.used) > l.allowed then ${campaign} || '/tier/' || l.tier end
      from limits l join counting n using (campaign_id, tier) where l.kind = 'tier'
      group by l.limit_id, l.campaign_id, l.tier, l.allowed
    ) ${worst(sql`l.rank, l."limit"`)}`,
  )
}

/** The same of the limit per member that each stock has by itself, of which each coupon takes one. */
export async function stockUses(db: Db, asked: Asked): Promise<Use[]> {
  return read(
    db,
    sql`with ${asked.keys},
    limits as materialized (
      select s.id as limit_id, s.merchant_id, s.max_coupons_per_user as allowed,
        m.slug || ' stock ' || s.stock_id || ' per member' as "limit"
      from stocks s join merchants m on m.id = s.merchant_id where ${asked.isOf('s')}
    ), counting as (
      select c.stock_ref, c.openid, count(*) as used from coupons c where ${asked.isOf('c')} and ${counts('c')} group by 1, 2
    ), uses as (
      select l.limit_id, n.used, case when n.used > l.allowed
        then 'stock/' || n.stock_ref || '/member/' || ${markOf(sql`n.openid`)} end as scope_above
      from counting n join limits l on l.limit_id = n.stock_ref join keys on keys.merchant_id = l.merchant_id
    ) ${worst(sql`l."limit"`)}`,
  )
}

/** As SQL, one row a limit of `uses`. Only what stands above its limit is looked up among the overshoots. */
function worst(order: RawBuilder<unknown>): RawBuilder<unknown> {
  const broken = sql`u.scope_above is not null and u.used > coalesce(o.given, 0)`
  return sql`
    select l."limit", l.allowed, max(u.used)::bigint as used, count(*) filter (where ${broken}) as broken,
      count(*) filter (where u.scope_above is not null and not (${broken})) as before,
      (max(u.used) filter (where ${broken}))::bigint as "brokenUsed",
      (array_agg(u.scope_above) filter (where ${broken}))[1:3] as "brokenScopes"
    from uses u join limits l on l.limit_id = u.limit_id
    left join overshoots o on o.merchant_id = l.merchant_id and o.scope = u.scope_above
    group by l.limit_id, l."limit", l.allowed${order === undefined ? sql`` : sql`, ${order}`} order by ${order}`
}

async function read(db: Db, query: RawBuilder<unknown>): Promise<Use[]> {
  const { rows } = await query.execute(db)
  return rows as Use[]
}
