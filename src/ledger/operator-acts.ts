import type { Db } from '../plumbing/storage/database.ts'
import type { OperatorActsTable } from '../plumbing/storage/schema.ts'
import type { OwedRow } from './owed-for-sure.ts'

export type Act = {
  merchantId: number
  grantId: string
  act: OperatorActsTable['act']
  /** The operator's own words. */
  reason: string
  at: Date
}

/** Records what an operator did to coupons, in the transaction that does it. */
export async function recordAct(trx: Db, { merchantId, grantId, ...rest }: Act, coupons: OwedRow[]): Promise<void> {
  const rows = coupons.map(({ id, stock_ref, account_id, place, out_request_no }) => ({
    merchant_id: merchantId,
    grant_id: grantId,
    coupon_row: id,
    before: JSON.stringify({ stock_ref, account_id, place, out_request_no }),
    ...rest,
  }))
  await trx.insertInto('operator_acts').values(rows).execute()
}
