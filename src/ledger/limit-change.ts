import { sql } from 'kysely'
import type { Campaign } from '../plumbing/storage/schema/campaign.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { Merchant } from '../merchants/merchant.ts'
import { counts } from './doubt.ts'
import { type LimitKind, limitKinds } from './limits/limit-kinds.ts'

/** How much of a limit is used after it was changed. */
export type LimitUse = Pick<LimitKind, 'name' | 'each'> & {
  limit: number
  /** Of the fullest scope. */
  used: number
  /** How many scopes hold a place, and how many of them more than the limit. */
  scopes: number
  over: number
}

type Limited = Pick<Campaign, 'id' | 'limits' | 'spend'>

/** True when the limits differ, so that places in the ledger must change too. */
export function limitsDiffer(merchant: Merchant, before: Limited, after: Limited): boolean {
  const sizes = (campaign: Limited) => limitKinds(merchant, campaign).map(({ name, limit }) => `${name} ${limit}`)
  const [old, now] = [sizes(before), sizes(after)]
  return old.length !== now.length || old.some((size, index) => size !== now[index])
}

/**
 * Makes the places of a campaign's grants agree with changed limits, in the transaction that changes them and under the
 * campaign's lock, so that no grant is written meanwhile. Coupons given before count:
 * - A new limit gets a place for every grant that counts.
 * - Under a lower limit, places above it move into free places below. If some are left above, the overshoot is
 *   recorded, so that no place below becomes free before it is gone.
 * - A removed limit loses its places.
 * Returns how much of each changed limit is used.
 */
export async function changeLimits(trx: Db, merchant: Merchant, before: Limited, after: Limited): Promise<LimitUse[]> {
  const old = limitKinds(merchant, before)
  const now = limitKinds(merchant, after)
  const uses: LimitUse[] = []
  for (const kind of old.filter(({ name }) => !now.some((one) => one.name === name)))
    await dropPlaces(trx, merchant.id, kind)
  for (const kind of now) {
    const was = old.find(({ name }) => name === kind.name)?.limit
    if (was === kind.limit) continue
    if (kind.limit === undefined) {
      await dropPlaces(trx, merchant.id, kind)
      continue
    }
    if (was === undefined) await fillPlaces(trx, merchant.id, after.id, kind)
    await settleOvershoots(trx, merchant.id, kind, { was, limit: kind.limit })
    uses.push(await useOf(trx, merchant.id, kind, kind.limit))
  }
  return uses
}

async function dropPlaces(trx: Db, merchantId: number, { holds }: LimitKind): Promise<void> {
  await sql`delete from slots s where s.merchant_id = ${merchantId} and ${holds}`.execute(trx)
  await sql`delete from overshoots s where s.merchant_id = ${merchantId} and ${holds}`.execute(trx)
}

/** Works also for a limit that was removed and comes back: its earlier places were deleted with it. */
async function fillPlaces(trx: Db, merchantId: number, campaignId: number, { scopeOf }: LimitKind): Promise<void> {
  await sql`
    insert into slots (merchant_id, scope, number, grant_id)
    select ${merchantId}, scope, row_number() over (partition by scope order by id), id from (
      select g.id, ${scopeOf} as scope from grants g
      where g.merchant_id = ${merchantId} and g.campaign_id = ${campaignId}
        and exists (select 1 from coupons c where c.grant_id = g.id and ${counts('c')})
    ) counting where scope is not null`.execute(trx)
}

async function settleOvershoots(
  trx: Db,
  merchantId: number,
  { holds }: LimitKind,
  { was, limit }: { was: number | undefined; limit: number },
): Promise<void> {
  await sql`
    with above as (
      select s.scope, s.number, row_number() over (partition by s.scope order by s.number) as rank
      from slots s where s.merchant_id = ${merchantId} and ${holds} and s.number > ${limit}
    ), below as (
      select scope, place, row_number() over (partition by scope order by place) as rank
      from (select distinct scope from above) over_full cross join generate_series(1, ${limit}::integer) as place
      where not exists (
        select 1 from slots h where h.merchant_id = ${merchantId} and h.scope = over_full.scope and h.number = place)
    )
    update slots s set number = below.place from above join below using (scope, rank)
    where s.merchant_id = ${merchantId} and s.scope = above.scope and s.number = above.number`.execute(trx)
  // Places that were above the old limit too are not explained by this change.
  const explained = was ?? null
  await sql`
    insert into overshoots as o (merchant_id, scope, allowed, given)
    select s.merchant_id, s.scope, ${limit}::integer, least(count(*), ${explained}::integer)
    from slots s where s.merchant_id = ${merchantId} and ${holds}
    group by s.merchant_id, s.scope having max(s.number) > ${limit}
    on conflict (merchant_id, scope) do update set allowed = excluded.allowed,
      given = least((select count(*) from slots s where s.merchant_id = o.merchant_id and s.scope = o.scope),
        greatest(o.given, ${explained}::integer))`.execute(trx)
  await sql`
    delete from overshoots s where s.merchant_id = ${merchantId} and ${holds} and not exists (
      select from slots above where above.merchant_id = s.merchant_id and above.scope = s.scope and above.number > ${limit})`.execute(
    trx,
  )
}

async function useOf(trx: Db, merchantId: number, { name, each, holds }: LimitKind, limit: number): Promise<LimitUse> {
  const { rows } = await sql<{ used: number; scopes: number; over: number }>`
    select coalesce(max(used), 0)::integer as used, count(*)::integer as scopes,
      (count(*) filter (where used > ${limit}))::integer as over
    from (select count(*) as used from slots s where s.merchant_id = ${merchantId} and ${holds} group by s.scope) each`.execute(
    trx,
  )
  return { name, limit, each, ...rows[0]! }
}
