import { sql } from 'kysely'
import { beijingDay, beijingDayNumber, startOfBeijingDay } from '../plumbing/clock.ts'
import type { FileKind } from '../plumbing/storage/schema.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import { wholeDay } from '../plumbing/whole-day.ts'
import { isGivenBefore } from '../stocks/given.ts'
import { readyAt } from './wechat-file.ts'

/** A weekend without a worker loses no day; WeChat has bills for three months, which `bills fetch` asks for. */
const daysBack = 3

/** Writes a row for every file of the last days that somebody here can ask for. Repeating it changes nothing. */
export async function expectFiles(services: Services, kinds: FileKind[]): Promise<void> {
  const today = beijingDayNumber(services.clock.now())
  for (let back = daysBack; back >= 1; back -= 1) {
    const day = beijingDay(startOfBeijingDay(today - back))
    if (kinds.includes('trade_bill')) await expectBills(services, day)
    if (kinds.includes('use_flow')) await expectFlows(services, day)
  }
  if (kinds.includes('use_flow_whole')) await expectWholeFlows(services)
}

/** Bills of all numbers whose keys are here: merchants' own, and providers' for all their sub-merchants. */
async function expectBills({ db }: Services, day: string): Promise<void> {
  await sql`insert into wechat_files (mchid, kind, day, due_at)
    select distinct mchid, 'trade_bill', ${day}, ${readyAt(day)}::timestamptz from accounts
    where private_key_sealed is not null
    on conflict do nothing`.execute(db)
}

/**
 * Flows of the stocks, of one merchant or of all, whose creator's keys are here and whose coupons could be used on that
 * day, or just before it.
 */
export async function expectFlows({ db }: Services, day: string, of?: Pick<Merchant, 'id'>): Promise<void> {
  const due = readyAt(day)
  const ofMerchant = of ? sql`and s.merchant_id = ${of.id}` : sql``
  await sql`insert into wechat_files (mchid, kind, stock_id, day, due_at)
    select distinct s.creator_mchid, k.kind, s.stock_id, ${day}, ${due}::timestamptz
    from stocks s cross join unnest(array['use_flow', 'refund_flow']) as k(kind)
    where ${isGivenBefore(wholeDay(day).end)} and s.available_begin < ${due} and s.available_end > ${due}::timestamptz - interval '8 days'
      and exists (select from accounts a where a.mchid = s.creator_mchid and a.private_key_sealed is not null)
      ${ofMerchant}
    order by k.kind desc
    on conflict do nothing`.execute(db)
}

/**
 * Flows of whole activities that have ended, the last word on each: they also tell of days whose own files could not be
 * had. A week after the end no coupon is left to be used, so one file has all; an activity that ended long before we
 * knew of it is left alone.
 */
async function expectWholeFlows({ db, clock }: Services): Promise<void> {
  const now = clock.now()
  await sql`insert into wechat_files (mchid, kind, stock_id, day, due_at)
    select distinct s.creator_mchid, k.kind, s.stock_id, to_char(s.available_end at time zone 'Asia/Shanghai', 'YYYYMMDD'),
      s.available_end + interval '8 days'
    from stocks s cross join unnest(array['use_flow_whole', 'refund_flow_whole']) as k(kind)
    where ${isGivenBefore(now)}
      and s.available_end between ${now}::timestamptz - interval '40 days' and ${now}::timestamptz - interval '8 days'
      and exists (select from accounts a where a.mchid = s.creator_mchid and a.private_key_sealed is not null)
    order by k.kind desc
    on conflict do nothing`.execute(db)
}

/** The row of one file that a person wants, made if it is not there. */
export async function expectFile(
  { db, clock }: Services,
  wanted: { mchid: string; kind: FileKind; stockId?: string | undefined; day: string; origin?: 'wechat' | 'hand' },
) {
  const { mchid, kind, stockId, day, origin = 'wechat' } = wanted
  await db
    .insertInto('wechat_files')
    .values({ mchid, kind, stock_id: stockId ?? null, day, origin, due_at: clock.now() })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return db
    .selectFrom('wechat_files')
    .selectAll()
    .where('mchid', '=', mchid)
    .where('kind', '=', kind)
    .where('day', '=', day)
    .where('origin', '=', origin)
    .where('stock_id', stockId === undefined ? 'is' : '=', stockId ?? null)
    .executeTakeFirstOrThrow()
}
