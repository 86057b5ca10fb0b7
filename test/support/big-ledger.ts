import { sql } from 'kysely'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { dayText, inBeijing } from '../../src/plumbing/storage/beijing.ts'
import { scopeInSql } from '../../src/ledger/limits/scopes.ts'
import type { Db } from '../../src/plumbing/storage/database.ts'
import { memberMarkInSql } from '../../src/members/member-mark.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import type { Services } from '../../src/services.ts'
import type { Stock } from '../../src/plumbing/storage/schema/stock.ts'
import { aCampaign, aStock, senderOf } from './builders.ts'

export type BigLedger = { campaign: Campaign; stock: Stock }

/** Beijing days that the grants are spread over; the last one is today. */
const days = 10
/** Places of the campaign that are still free. */
const roomLeft = 100_000

/**
 * A campaign that gave one sent coupon to each of so many members, with its places: a million a minute or two. All rows
 * stand as they would after a long time of claims, in the order of time, and the planner knows of them.
 */
export async function aBigLedger(services: Services, merchant: Merchant, grants: number): Promise<BigLedger> {
  const { db, clock } = services
  const now = clock.now()
  const stock = await aStock(services, merchant, { max_coupons: grants + 10 * roomLeft, distributed_coupons: grants })
  const limits = { per_member: 1, total: grants + roomLeft, per_day: grants / days + roomLeft }
  const campaign = await aCampaign(services, stock, { limits, starts_at: new Date(now.getTime() - 30 * dayMs) })
  const account = senderOf(merchant)
  await withoutIndexes(db, ['grants', 'coupons', 'slots'], async () => {
    for (const statement of [grantRows, couponRows, slotRows]) {
      await statement({ merchant, campaign, stock, accountId: account.id, grants, now }).execute(db)
    }
  })
  for (const table of ['grants', 'coupons', 'slots']) await sql`vacuum analyze ${sql.table(table)}`.execute(db)
  return { campaign, stock }
}

const dayMs = 86_400_000

type Filling = {
  merchant: Merchant
  campaign: Campaign
  stock: Stock
  accountId: number
  grants: number
  now: Date
}

/** Of the i-th grant: ids as UUIDv7, in the order of time. */
const at = ({ now, grants }: Filling) =>
  sql`(${now}::timestamptz - (${days - 1} - i * ${days}::bigint / ${grants}) * interval '1 day')`
const idOf = (f: Filling, kind: string) => sql`
  (lpad(to_hex((extract(epoch from ${at(f)}) * 1000)::bigint), 12, '0') || ${kind}::text || lpad(to_hex(i), 16, '0'))::uuid`
const openid = sql`'o' || lpad(i::text, 27, '0')`
const series = ({ grants }: Filling) => sql`generate_series(0, ${grants - 1}::bigint) i`

const grantRows = (f: Filling) => sql`
  insert into grants (id, merchant_id, campaign_id, openid, trigger_key, earned_at, created_at)
  select ${idOf(f, '7001')}, ${f.merchant.id}, ${f.campaign.id}, ${openid}, 'link/' || md5(i::text), ${at(f)}, ${at(f)}
  from ${series(f)}`

const couponRows = (f: Filling) => sql`
  insert into coupons (id, grant_id, merchant_id, account_id, stock_ref, openid, ordinal, place, out_request_no, request,
    state, coupon_id, due_at, attempts, last_status, last_request_id, created_at, settled_at)
  select ${idOf(f, '7002')}, ${idOf(f, '7001')}, ${f.merchant.id}, ${f.accountId}, ${f.stock.id}, ${openid}, 0, 1,
    '1601400973-' || md5(i::text), jsonb_build_object('stock_id', ${f.stock.stock_id}::text, 'out_request_no',
    '1601400973-' || md5(i::text), 'appid', ${f.merchant.officialAccount.appid}::text, 'stock_creator_mchid',
    ${f.stock.creator_mchid}::text)::text, 'sent', (98000000000 + i)::text, ${at(f)}, 1, 200, '08' || upper(md5(i::text)),
    ${at(f)}, ${at(f)}
  from ${series(f)}`

const slotRows = (f: Filling) => {
  const { merchant, campaign, stock, grants } = f
  const daysPlace = sql`i - (i * ${days}::bigint / ${grants} * ${grants} + ${days - 1}) / ${days} + 1`
  return sql`
    insert into slots (merchant_id, scope, number, grant_id, coupon_row)
    select ${merchant.id}, place.scope, place.number, ${idOf(f, '7001')}, case when place.of_stock then ${idOf(f, '7002')} end
    from ${series(f)} cross join lateral (select ${memberMarkInSql(merchant.memberKey, openid)} as mark) member
    cross join lateral (values
      (${scopeInSql('per_member', { campaign: campaign.id, mark: sql`mark` })}, 1, false),
      (${scopeInSql('stock', { stock: stock.id, mark: sql`mark` })}, 1, true),
      (${scopeInSql('total', { campaign: campaign.id })}, (i + 1)::integer, false),
      (${scopeInSql('per_day', { campaign: campaign.id, day: dayText(inBeijing(at(f))) })}, (${daysPlace})::integer, false)
    ) place (scope, number, of_stock)`
}

/** Takes the indexes and keys of tables away for the work and makes them anew after it: ten times as fast for millions. */
async function withoutIndexes(db: Db, tables: string[], work: () => Promise<void>): Promise<void> {
  const { rows: keys } = await sql<{ table: string; name: string; definition: string }>`
    select conrelid::regclass::text as table, conname as name, pg_get_constraintdef(oid) as definition
    from pg_constraint where contype in ('p', 'u') and conrelid = any(${tables}::regclass[])`.execute(db)
  for (const { table, name } of keys)
    await sql`alter table ${sql.table(table)} drop constraint ${sql.ref(name)}`.execute(db)
  const { rows: indexes } = await sql<{ name: string; definition: string }>`
    select indexname as name, indexdef as definition from pg_indexes where tablename = any(${tables})`.execute(db)
  for (const { name } of indexes) await sql`drop index ${sql.table(name)}`.execute(db)
  await work()
  for (const { definition } of indexes) await sql.raw(definition).execute(db)
  for (const { table, name, definition } of keys)
    await sql`alter table ${sql.table(table)} add constraint ${sql.ref(name)} ${sql.raw(definition)}`.execute(db)
}
