import type { Logger } from 'pino'
import { noteCouponsOfPayment } from '../coupons/of-payment.ts'
import { lockPayments } from '../ledger/locks.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import type { Promotion } from '../plumbing/storage/schema.ts'
import { settlementOf } from './amounts.ts'
import { keepFacts, raiseFacts } from './facts.ts'
import { joinPromotions } from './join-promotions.ts'
import { paymentRow } from './payment-row.ts'
import type { Payment } from './payment.ts'

/**
 * Writes a payment into our own ledger once, whichever source reported it, and returns the openid that it is written
 * under. The first report of a transaction counts; a report that contradicts it changes nothing and is logged. Only the
 * promotions of all reports are joined, since each source may leave some out, and they matter: our own coupons may
 * exclude an order, and others change its settlement. The uses of our coupons are written with it.
 */
export function recordPayment({ db, log, clock }: Services, merchant: Merchant, payment: Payment): Promise<string> {
  return db.transaction().execute(async (trx) => {
    await lockPayments(trx, merchant.id, [payment.transactionId])
    const payer = await write(trx, { log, now: clock.now() }, merchant, payment)
    const receiver = payment.subMchid ?? payment.mchid
    await noteCouponsOfPayment(trx, merchant, { ...payment, receiver }, clock.now())
    return payer
  })
}

async function write(
  db: Db,
  { log, now }: { log: Logger; now: Date },
  merchant: Merchant,
  payment: Payment,
): Promise<string> {
  const promotions = await withType(db, merchant, payment.promotions)
  const row = paymentRow(merchant, payment, promotions, now)
  const inserted = await db
    .insertInto('payments')
    .values(row)
    .onConflict((conflict) => conflict.columns(['merchant_id', 'transaction_id']).doNothing())
    .returning('id')
    .executeTakeFirst()
  if (inserted) {
    await raiseFacts(db, merchant.id, payment.openid)
    return payment.openid
  }

  const first = await addPromotions(db, merchant, payment.transactionId, promotions)
  if (row.confirmed_at) await confirm(db, first.id, row.confirmed_at)
  if (first.source === 'bill' && payment.source !== 'bill') {
    await replaceBill(db, merchant, first, payment)
    return first.openid
  }
  const differing = (['openid', 'out_trade_no', 'total', 'payer_total'] as const).filter(
    (name) => first[name] !== row[name],
  )
  if (differing.length > 0) {
    log.warn(
      { merchant: merchant.slug, transaction_id: payment.transactionId, differing },
      'payment reported differently: the first report stands',
    )
  }
  return first.openid
}

/**
 * A bill does not say what the payer paid, and a campaign may not take what only a bill tells: a better report of the
 * same payment replaces both.
 */
async function replaceBill(db: Db, { id: merchantId }: Merchant, first: { id: number; openid: string }, told: Payment) {
  const better = { payer_total: told.payerTotal, source: told.source, goods_tag: told.goodsTag ?? null }
  await db.updateTable('payments').set(better).where('id', '=', first.id).execute()
  await raiseFacts(db, merchantId, first.openid)
}

/**
 * Adds the promotions of another report to those known, with the settlement that follows from them, and returns the
 * first report. New promotions may change what the payment earns, so the facts have changed.
 */
async function addPromotions(db: Db, merchant: Merchant, transactionId: string, told: Promotion[]) {
  const first = await db
    .selectFrom('payments')
    .select(['id', 'openid', 'out_trade_no', 'total', 'payer_total', 'promotions', 'source'])
    .where('merchant_id', '=', merchant.id)
    .where('transaction_id', '=', transactionId)
    .executeTakeFirstOrThrow()
  const promotions = joinPromotions(first.promotions, told)
  const joined = JSON.stringify(promotions)
  if (joined === JSON.stringify(first.promotions)) {
    // The payment may have been written by a process of an older release, which had no facts.
    await keepFacts(db, merchant.id, first.openid)
    return first
  }
  await db
    .updateTable('payments')
    .set({ promotions: joined, settlement: settlementOf(first.total, promotions) })
    .where('id', '=', first.id)
    .execute()
  await raiseFacts(db, merchant.id, first.openid)
  return first
}

/** WeChat itself now tells of a payment that only the merchant's own systems had reported. */
async function confirm(db: Db, id: number, at: Date): Promise<void> {
  await db
    .updateTable('payments')
    .set({ confirmed_at: at })
    .where('id', '=', id)
    .where('confirmed_at', 'is', null)
    .execute()
}

/** An event's promotions do not say whether they were prefunded; for our own stocks we know it. */
async function withType(db: Db, merchant: Merchant, promotions: Promotion[]): Promise<Promotion[]> {
  const unknown = promotions.flatMap(({ type, stock_id }) =>
    type === undefined && stock_id !== undefined ? [stock_id] : [],
  )
  if (unknown.length === 0) return promotions
  const stocks = await db
    .selectFrom('stocks')
    .select('stock_id')
    .where('merchant_id', '=', merchant.id)
    .where('stock_id', 'in', unknown)
    .where('no_cash', '=', true)
    .execute()
  const noCash = new Set(stocks.map((stock) => stock.stock_id))
  return promotions.map((one) =>
    one.type === undefined && noCash.has(one.stock_id ?? '') ? { ...one, type: 'NOCASH' } : one,
  )
}
