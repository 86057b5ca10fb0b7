import type { Db } from '../plumbing/storage/database.ts'
import { flowFigure } from './file-figures.ts'
import { type Compared, type Difference, type Evidence, type Figure, mostEvidence } from './sheet.ts'
import type { DayStock } from './stocks-of-day.ts'
import type { WholeDay } from '../plumbing/whole-day.ts'

/** Uses that were undone by a refund: those that became known to us against WeChat's refund flows. */
export async function compareReturns(db: Db, merchantId: number, stocks: DayStock[], day: WholeDay): Promise<Compared> {
  const stockIds = stocks.map((stock) => stock.stock_id)
  const wechat = await flowFigure(db, { merchantId, day: day.day, kind: 'refund_flow', stockIds })
  const returned = await returnsOfDay(db, merchantId, day)
  const ledger = figureOf(returned)
  // Of another creator's stock only the creator gets the flow.
  const flowed = returned.filter(({ stock_id }) => stockIds.includes(stock_id))
  const known = figureOf(flowed)
  const differences: Difference[] = []
  if (wechat && wechat.count !== known.count) {
    const evidence = flowed.filter((one) => one.returned_source !== 'flow').map(evidenceOf)
    const beyond = { count: wechat.count - known.count, fen: wechat.fen - known.fen }
    const words = beyond.count < 0 ? 'returns that WeChat’s refund flow does not have' : 'the refund flow has more'
    differences.push({
      key: 'returned/rest',
      of: 'returned',
      cause: 'unknown',
      words,
      ...beyond,
      evidence: evidence.slice(0, mostEvidence),
    })
  }
  return { line: { of: 'returned', ledger, ...(wechat && { wechat }) }, differences }
}

function returnsOfDay(db: Db, merchantId: number, { start, end }: WholeDay) {
  return db
    .selectFrom('redemptions')
    .select(['stock_id', 'coupon_id', 'transaction_id', 'amount', 'returned_at', 'returned_source'])
    .where('merchant_id', '=', merchantId)
    .where('returned_at', '>=', start)
    .where('returned_at', '<', end)
    .orderBy('id')
    .execute()
}

type Returned = Awaited<ReturnType<typeof returnsOfDay>>[number]

function figureOf(returned: Returned[]): Figure {
  return { count: returned.length, fen: returned.reduce((sum, { amount }) => sum + (amount ?? 0), 0) }
}

function evidenceOf({ coupon_id, transaction_id, returned_at, returned_source }: Returned): Evidence {
  return { coupon_id, transaction_id, returned_at: returned_at!.toISOString(), told_by: returned_source }
}
