import type { Selectable } from 'kysely'
import type { Db } from '../../plumbing/storage/database.ts'
import type { MadeStocksTable } from '../../plumbing/storage/schema/provider.ts'
import { Unusable } from '../../plumbing/unusable.ts'
import { differingFields, type StockRequest } from './plan/request.ts'

export type MadeStock = Selectable<MadeStocksTable>

/** The stock that was asked for under this number before. Throws `Unusable` when it was to be another one. */
export async function madeBefore(db: Db, creatorMchid: string, request: StockRequest): Promise<MadeStock | undefined> {
  const row = await db
    .selectFrom('made_stocks')
    .selectAll()
    .where('creator_mchid', '=', creatorMchid)
    .where('out_request_no', '=', request.outRequestNo)
    .executeTakeFirst()
  if (row) refuseOtherContent(row, request)
  return row
}

/** Keeps the request before it is sent for the first time; of two at once the first stays. Throws as `madeBefore`. */
export async function keepRequest(
  db: Db,
  made: { merchantId: number; creatorMchid: string; request: StockRequest; now: Date },
): Promise<MadeStock> {
  const { merchantId, creatorMchid, request, now } = made
  await db
    .insertInto('made_stocks')
    .values({
      merchant_id: merchantId,
      creator_mchid: creatorMchid,
      out_request_no: request.outRequestNo,
      request: request.text,
      created_at: now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return (await madeBefore(db, creatorMchid, request))!
}

export async function keepStockId(db: Db, made: MadeStock, answer: { stockId: string; now: Date }): Promise<void> {
  await db
    .updateTable('made_stocks')
    .set({ stock_id: answer.stockId, answered_at: answer.now })
    .where('id', '=', made.id)
    .where('stock_id', 'is', null)
    .execute()
}

/** The number that made a stock through us for this merchant. */
export async function makerOf(db: Db, merchantId: number, stockId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('made_stocks')
    .select('creator_mchid')
    .where('merchant_id', '=', merchantId)
    .where('stock_id', '=', stockId)
    .executeTakeFirst()
  return row?.creator_mchid
}

function refuseOtherContent(row: MadeStock, { outRequestNo, text }: StockRequest): void {
  const fields = differingFields(row.request, text)
  if (fields.length === 0) return
  throw new Unusable(
    fields.map(
      (field) => `${field}: is not what was asked under out_request_no ${outRequestNo} before: give another number`,
    ),
  )
}
