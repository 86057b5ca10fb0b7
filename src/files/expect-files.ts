import { sql } from 'kysely'
import { beijingDay, beijingDayNumber, startOfBeijingDay } from '../plumbing/clock.ts'
import type { FileKind } from '../plumbing/storage/schema.ts'
import type { Services } from '../services.ts'
import { isGivenBefore } from '../stocks/given.ts'
import { readyAt } from './wechat-file.ts'

/** A weekend without a worker loses no day; WeChat has bills for three months, which `bills fetch` asks for. */
const daysBack = 3

/** Writes a row for every file of the last days that somebody here can ask for. Repeating it changes nothing. */
export async function expectFiles(services: Services, kinds: FileKind[]): Promise<void> {
  const today = beijingDayNumber(services.clock.now())
  for (let back = daysBack; back >= 1; back -= 1) {
    const day = beijingDay(startOfBeijingDay(today - back))
    const end = startOfBeijingDay(today - back + 1)
    if (kinds.includes('trade_bill')) await expectBills(services, day)
    const flows = kinds.filter((kind) => kind !== 'trade_bill')
    if (flows.length > 0) await expectFlows(services, { day, end }, flows)
  }
}

/** Bills of all numbers whose keys are here: merchants' own, and providers' for all their sub-merchants. */
async function expectBills({ db }: Services, day: string): Promise<void> {
  await sql`insert into wechat_files (mchid, kind, day, due_at)
    select distinct mchid, 'trade_bill', ${day}, ${readyAt(day)}::timestamptz from accounts
    where private_key_sealed is not null
    on conflict do nothing`.execute(db)
}

/** Flows of the stocks whose creator's keys are here and whose coupons could be used on that day, or just before it. */
async function expectFlows(
  { db }: Services,
  { day, end }: { day: string; end: Date },
  kinds: FileKind[],
): Promise<void> {
  const due = readyAt(day)
  await sql`insert into wechat_files (mchid, kind, stock_id, day, due_at)
    select distinct s.creator_mchid, k.kind, s.stock_id, ${day}, ${due}::timestamptz
    from stocks s cross join unnest(${kinds}::text[]) as k(kind)
    where ${isGivenBefore(end)} and s.available_begin < ${due} and s.available_end > ${due}::timestamptz - interval '8 days'
      and exists (select from accounts a where a.mchid = s.creator_mchid and a.private_key_sealed is not null)
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
