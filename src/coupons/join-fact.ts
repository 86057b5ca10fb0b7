import type { Insertable } from 'kysely'
import type { RedemptionsTable } from '../plumbing/storage/schema.ts'
import type { Recorded, RedemptionFact } from './redemption-fact.ts'
import type { Whose } from './whose.ts'

type Columns = Omit<Required<Insertable<RedemptionsTable>>, 'id' | 'created_at' | 'returned_at' | 'returned_source'>

/** A use as it is or will be stored; without an id it is new. */
export type Redemption = Columns & { id?: number; changed?: boolean }

/** Two sources may give the time of one use with this difference. */
const sameUseMs = 60_000

/**
 * Joins a report to the uses known of its coupon: fills in what is not known of the same use, or adds a new one to
 * `rows`. A report without its order is about the last use that is known, if there is one: it must never count twice.
 */
export function joinFact(rows: Redemption[], fact: RedemptionFact, whose: Whose & { merchantId: number }): Recorded {
  const told = columnsOf(fact, whose)
  const known = rows.findLast((row) => row.coupon_id === fact.couponId && isSameUse(row, told)) ?? unnamed(rows, told)
  if (!known) {
    rows.push(told)
    return 'new'
  }
  for (const name of fillable) fill(known, told, name)
  return 'known'
}

function columnsOf(fact: RedemptionFact, { merchantId, stockId, row }: Whose & { merchantId: number }): Redemption {
  return {
    merchant_id: merchantId,
    stock_id: stockId,
    coupon_id: fact.couponId,
    transaction_id: fact.transactionId ?? null,
    coupon_row: row,
    out_trade_no: fact.outTradeNo ?? null,
    amount: fact.amount ?? null,
    order_total: fact.orderTotal ?? null,
    used_at: fact.usedAt ?? null,
    consume_mchid: fact.consumeMchid ?? null,
    source: fact.source,
    told_at: fact.toldAt,
  }
}

function isSameUse(row: Redemption, told: Redemption): boolean {
  return told.transaction_id === null || row.transaction_id === told.transaction_id
}

/** The use of which no source has named the order yet, unless its time shows that it is another one. */
function unnamed(rows: Redemption[], told: Redemption): Redemption | undefined {
  return rows.find(({ coupon_id, transaction_id, used_at }) => {
    if (coupon_id !== told.coupon_id || transaction_id !== null) return false
    return used_at === null || told.used_at === null || Math.abs(+used_at - +told.used_at) <= sameUseMs
  })
}

const fillable = [
  'transaction_id',
  'coupon_row',
  'out_trade_no',
  'amount',
  'order_total',
  'used_at',
  'consume_mchid',
] as const

function fill<Name extends (typeof fillable)[number]>(row: Redemption, told: Redemption, name: Name): void {
  if (row[name] !== null || told[name] === null) return
  row[name] = told[name]
  row.changed = true
}
