import { sql } from 'kysely'
import { settleReturns } from '../coupons/returns.ts'
import { lockPayments } from '../ledger/locks.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { Services } from '../services.ts'
import { raiseFacts } from './facts.ts'
import type { Payment } from './payment.ts'
import { paymentRow } from './payment-row.ts'

/**
 * Writes payments of which no other source has told, in one transaction; one that is known by now is left as it is.
 * Returns the numbers of those that are new. At most a thousand at a time: each is locked.
 */
export async function recordNewPayments(
  { db, clock }: Services,
  merchant: Merchant,
  payments: Payment[],
): Promise<string[]> {
  if (payments.length === 0) return []
  const now = clock.now()
  const rows = payments.map((payment) => paymentRow(merchant, payment, payment.promotions, now))
  return db.transaction().execute(async (trx) => {
    await lockPayments(
      trx,
      merchant.id,
      payments.map((payment) => payment.transactionId),
    )
    const written = await insertNew(trx, rows)
    await raiseFacts(trx, merchant.id, ...written.map(({ openid }) => openid))
    const transactions = written.map((row) => row.transaction_id)
    // Uses and refunds of these orders may have been told before.
    await settleReturns(trx, merchant.id, { transactions, couponIds: [] })
    return transactions
  })
}

/** One value for all rows: with one for each field, most of the time went into counting them out. */
async function insertNew(trx: Db, all: ReturnType<typeof paymentRow>[]) {
  const { rows } = await sql<{ transaction_id: string; openid: string }>`
    insert into payments (merchant_id, transaction_id, out_trade_no, mchid, sub_mchid, openid, total, payer_total,
      settlement, promotions, goods_tag, paid_at, source, created_at, confirmed_at)
    select merchant_id, transaction_id, out_trade_no, mchid, sub_mchid, openid, total, payer_total,
      settlement, promotions::jsonb, goods_tag, paid_at, source, created_at, confirmed_at
    from json_to_recordset(${JSON.stringify(all)}) as p (
      merchant_id bigint, transaction_id text, out_trade_no text, mchid text, sub_mchid text, openid text, total bigint,
      payer_total bigint, settlement bigint, promotions text, goods_tag text, paid_at timestamptz, source text,
      created_at timestamptz, confirmed_at timestamptz)
    on conflict (merchant_id, transaction_id) do nothing
    returning transaction_id, openid`.execute(trx)
  return rows
}
