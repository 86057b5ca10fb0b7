import { sql } from 'kysely'
import type { Db } from '../database.ts'

export type ProofLine = { limit: string; used: number; allowed: number; ok: boolean }
export type Proof = { lines: ProofLine[]; ok: boolean; failures: string[] }

/**
 * Replays the ledger of one merchant or of all: counts what was given under every limit from the grants and coupons
 * themselves, not from the slots, and compares it with what the campaigns and stocks allow today. A limit that was
 * lowered after it was used shows as broken, which it is by today's rules.
 */
export async function prove(db: Db, merchantSlug?: string): Promise<Proof> {
  const lines: ProofLine[] = []
  for (const check of [perMember, perMemberPerDay, total, perDay, tierTotal, stockPerMember]) {
    const { rows } = await check(merchantSlug ?? null).execute(db)
    lines.push(
      ...rows.map(({ limit, used, allowed }) => ({
        limit,
        used: Number(used),
        allowed: Number(allowed),
        ok: used <= allowed,
      })),
    )
  }
  const failures = lines
    .filter((line) => !line.ok)
    .map(({ limit, used, allowed }) => `${limit}: ${used} given, ${allowed} allowed`)
  for (const check of consistency) {
    const { rows } = await check.query(merchantSlug ?? null).execute(db)
    if (rows.length > 0) failures.push(`${check.says}: ${rows.map((row) => row.id).join(', ')}`)
  }
  return { lines, ok: failures.length === 0, failures }
}

type Count = { limit: string; used: number; allowed: number }

/** Grants that count: something of them is owed, given or in doubt; a grant that brought nothing took nothing. */
const counting = sql`
  select g.*, (g.created_at at time zone 'Asia/Shanghai')::date as day from grants g
  where exists (select 1 from coupons c where c.grant_id = g.id and (c.state <> 'refused' or c.doubt_since is not null))`

const ofMerchant = (slug: string | null) => sql`(${slug}::text is null or m.slug = ${slug})`

/** The worst member of each campaign stands for all of them. */
const perMember = (slug: string | null) => sql<Count>`
  select m.slug || '/' || ca.slug || ' per member' as "limit", max(n.used) as used, (ca.limits->>'per_member')::bigint as allowed
  from campaigns ca join merchants m on m.id = ca.merchant_id
  join (select campaign_id, openid, count(*) as used from (${counting}) g group by 1, 2) n on n.campaign_id = ca.id
  where ca.limits ? 'per_member' and ${ofMerchant(slug)} group by m.slug, ca.slug, ca.limits`

const perMemberPerDay = (slug: string | null) => sql<Count>`
  select m.slug || '/' || ca.slug || ' per member and day' as "limit", max(n.used) as used,
    (ca.limits->>'per_member_per_day')::bigint as allowed
  from campaigns ca join merchants m on m.id = ca.merchant_id
  join (select campaign_id, openid, split_part(s.scope, '/', 5) as day, count(*) as used
        from (${counting}) g join slots s on s.grant_id = g.id and s.scope like 'campaign/%/member/%/%' group by 1, 2, 3) n
    on n.campaign_id = ca.id
  where ca.limits ? 'per_member_per_day' and ${ofMerchant(slug)} group by m.slug, ca.slug, ca.limits`

const total = (slug: string | null) => sql<Count>`
  select m.slug || '/' || ca.slug || ' total' as "limit", count(*) as used, (ca.limits->>'total')::bigint as allowed
  from campaigns ca join merchants m on m.id = ca.merchant_id join (${counting}) g on g.campaign_id = ca.id
  where ca.limits ? 'total' and ${ofMerchant(slug)} group by m.slug, ca.slug, ca.limits`

const perDay = (slug: string | null) => sql<Count>`
  select m.slug || '/' || ca.slug || ' per day' as "limit", max(n.used) as used, (ca.limits->>'per_day')::bigint as allowed
  from campaigns ca join merchants m on m.id = ca.merchant_id
  join (select g.campaign_id, split_part(s.scope, '/', 4) as day, count(*) as used
        from (${counting}) g join slots s on s.grant_id = g.id and s.scope like 'campaign/%/day/%' group by 1, 2) n
    on n.campaign_id = ca.id
  where ca.limits ? 'per_day' and ${ofMerchant(slug)} group by m.slug, ca.slug, ca.limits`

const tierTotal = (slug: string | null) => sql<Count>`
  select m.slug || '/' || ca.slug || ' tier ' || (t->>'at_least') as "limit", count(g.id) as used, (t->>'total')::bigint as allowed
  from campaigns ca join merchants m on m.id = ca.merchant_id
  cross join lateral jsonb_array_elements(ca.spend->'tiers') t
  join (${counting}) g on g.campaign_id = ca.id and g.tier = (t->>'at_least')::int
  where ca.spend is not null and t ? 'total' and ${ofMerchant(slug)} group by m.slug, ca.slug, t`

const stockPerMember = (slug: string | null) => sql<Count>`
  select m.slug || ' stock ' || s.stock_id || ' per member' as "limit", max(n.used) as used, s.max_coupons_per_user as allowed
  from stocks s join merchants m on m.id = s.merchant_id
  join (select stock_ref, openid, count(*) as used from coupons where state <> 'refused' or doubt_since is not null group by 1, 2) n on n.stock_ref = s.id
  where ${ofMerchant(slug)} group by m.slug, s.stock_id, s.max_coupons_per_user`

/** What must be true of every row, beside the counts. */
const consistency = [
  {
    says: 'coupons of WeChat that two of our rows claim to be',
    query: (slug: string | null) => sql<{ id: string }>`
      select c.coupon_id as id from coupons c join merchants m on m.id = c.merchant_id
      where c.state = 'sent' and ${ofMerchant(slug)} group by c.stock_ref, c.coupon_id having count(*) > 1 limit 20`,
  },
  {
    says: 'grants without coupons',
    query: (slug: string | null) => sql<{ id: string }>`
      select g.id from grants g join merchants m on m.id = g.merchant_id
      where not exists (select 1 from coupons c where c.grant_id = g.id) and ${ofMerchant(slug)} limit 20`,
  },
  {
    says: 'coupons owed or given that hold no place under their stock',
    query: (slug: string | null) => sql<{ id: string }>`
      select c.id from coupons c join merchants m on m.id = c.merchant_id
      where (c.state <> 'refused' or c.doubt_since is not null) and ${ofMerchant(slug)}
        and not exists (select 1 from slots s where s.coupon_row = c.id) limit 20`,
  },
  {
    says: 'places held for nothing',
    query: (slug: string | null) => sql<{ id: string }>`
      select s.scope || '/' || s.number as id from slots s join grants g on g.id = s.grant_id join merchants m on m.id = g.merchant_id
      where ${ofMerchant(slug)} and not exists (
        select 1 from coupons c where c.grant_id = s.grant_id and (c.state <> 'refused' or c.doubt_since is not null)) limit 20`,
  },
] as const
