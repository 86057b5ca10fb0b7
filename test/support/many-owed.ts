import { sql } from 'kysely'
import type { Merchant } from '../../src/merchants/merchant.ts'
import type { Services } from '../../src/services.ts'
import type { Stock } from '../../src/plumbing/storage/schema/stock.ts'
import { senderOf } from './builders.ts'

/** Coupons that became due before, by the thousand: rows of the queue alone, without grants and places. */
export async function manyOwed(
  { db, clock }: Services,
  merchant: Merchant,
  stock: Stock,
  options: { count: number; dueAgoMs?: number },
): Promise<void> {
  const account = senderOf(merchant)
  const dueAt = new Date(clock.now().getTime() - (options.dueAgoMs ?? 3_600_000))
  await sql`
    insert into coupons (id, grant_id, merchant_id, account_id, stock_ref, openid, ordinal, place, out_request_no, request,
      state, due_at, created_at)
    select gen_random_uuid(), gen_random_uuid(), ${merchant.id}, ${account.id}, ${stock.id}, 'openid ' || i, 0, 1,
      ${`${account.mchid}-${stock.stock_id}-`} || i, '{}', 'reserved', ${dueAt}, ${dueAt}
    from generate_series(1, ${options.count}::int) i`.execute(db)
}
