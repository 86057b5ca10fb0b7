import { lockCoupons, lockPayments } from '../ledger/locks.ts'
import type { Db } from '../plumbing/storage/database.ts'
import { joinFact, type Redemption } from './join-fact.ts'
import type { Recorded, RedemptionFact } from './redemption-fact.ts'
import { settleReturns } from './returns.ts'
import { whoseCoupons } from './whose.ts'

/**
 * Writes uses of coupons into our ledger, each once per coupon and order, whichever source reported it. The first source
 * wins; a later one only fills in what is not known yet. Runs in the caller's transaction, and locks the orders and the
 * coupons until that ends: a caller with many facts gives them all at once, so that no two callers wait for each other.
 * A coupon of our stock that another number has sent is kept too, without a coupon of ours.
 */
export async function recordRedemptions(
  trx: Db,
  merchant: { id: number },
  facts: RedemptionFact[],
): Promise<Recorded[]> {
  if (facts.length === 0) return []
  const whoseOf = await whoseCoupons(trx, merchant.id, facts)
  const concerned = facts.filter((fact) => whoseOf(fact) !== undefined)
  if (concerned.length === 0) return facts.map(() => 'ignored')
  const transactions = concerned.flatMap((fact) => fact.transactionId ?? [])
  const couponIds = [...new Set(concerned.map((fact) => fact.couponId))]
  await lockPayments(trx, merchant.id, transactions)
  await lockCoupons(trx, merchant.id, couponIds)
  const rows: Redemption[] = await knownUses(trx, merchant.id, couponIds)
  const recorded = facts.map((fact): Recorded => {
    const whose = whoseOf(fact)
    return whose ? joinFact(rows, fact, { merchantId: merchant.id, ...whose }) : 'ignored'
  })
  await write(trx, rows)
  await settleReturns(trx, merchant.id, { transactions, couponIds })
  return recorded
}

/** The same for one report. */
export async function recordRedemption(trx: Db, merchant: { id: number }, fact: RedemptionFact): Promise<Recorded> {
  const [recorded] = await recordRedemptions(trx, merchant, [fact])
  return recorded!
}

function knownUses(trx: Db, merchantId: number, couponIds: string[]) {
  return trx
    .selectFrom('redemptions')
    .select(['id', 'merchant_id', 'stock_id', 'coupon_id', 'transaction_id', 'coupon_row', 'out_trade_no', 'amount'])
    .select(['order_total', 'used_at', 'consume_mchid', 'source', 'told_at'])
    .where('merchant_id', '=', merchantId)
    .where('coupon_id', 'in', couponIds)
    .orderBy('id')
    .execute()
}

/** At most so many rows per statement: PostgreSQL takes 65,535 values. */
const rowsAtOnce = 2_000

async function write(trx: Db, rows: Redemption[]): Promise<void> {
  const fresh = rows.filter((row) => row.id === undefined).map(({ changed: _, ...row }) => row)
  for (let from = 0; from < fresh.length; from += rowsAtOnce)
    await trx
      .insertInto('redemptions')
      .values(fresh.slice(from, from + rowsAtOnce))
      .execute()
  for (const { id, changed, ...row } of rows)
    if (id !== undefined && changed) await trx.updateTable('redemptions').set(row).where('id', '=', id).execute()
}
