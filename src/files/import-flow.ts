import { recordRedemptions } from '../coupons/record-redemptions.ts'
import { recordReturns } from '../coupons/record-return.ts'
import type { Recorded } from '../coupons/redemption-fact.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import type { FlowRow } from '../wechat/files/flow-reader.ts'
import type { ImportRun } from './import-run.ts'
import { flowRows } from './read-rows.ts'
import { type Aside, endImport, newProgress, type Progress, setAside, shareOf } from './tally.ts'
import { tellsUses, type WechatFile } from './wechat-file.ts'

type Flow = FlowRow & { couponId: string }

/**
 * Brings a kept flow's rows into the ledger of what became of coupons, for every merchant that gives coupons of the
 * stock. A row is a use, or the undoing of one; read twice it changes nothing.
 */
export async function importFlow(services: Services, file: WechatFile, run: ImportRun): Promise<void> {
  const merchants = await merchantsOfStock(services, file.stock_id!)
  const progress = run.progress?.fileId === file.id ? run.progress : newProgress(file.id)
  for await (const rows of flowRows(services, file)) {
    run.signal.throwIfAborted()
    const last = rows.at(-1)!.line
    if (last <= progress.line) continue
    const joined = rows.filter((row): row is Flow => row.couponId !== undefined && row.stockId === file.stock_id)
    const unjoined = rows.filter((row) => !joined.some((one) => one === row))
    await setAside(
      services.db,
      progress,
      unjoined.map((row) => asideOf(file, row)),
    )
    for (const merchant of merchants) await recordRows(services, merchant, file, joined, progress)
    progress.line = last
    await run.save(progress)
  }
  await endImport(services.db, progress, services.clock.now())
}

async function recordRows(
  { db, clock }: Services,
  merchant: Merchant,
  { kind }: WechatFile,
  rows: Flow[],
  progress: Progress,
): Promise<void> {
  const facts = rows.map((row) => factOf(row, clock.now()))
  const recorded: Recorded[] = await db.transaction().execute((trx) =>
    tellsUses(kind)
      ? recordRedemptions(
          trx,
          merchant,
          facts.map((fact) => ({ ...fact, source: 'flow' as const })),
        )
      : recordReturns(
          trx,
          merchant,
          facts.map(({ usedAt, ...fact }) => ({ ...fact, returnedAt: usedAt ?? clock.now() })),
        ),
  )
  const share = shareOf(progress, merchant.id)
  share.rows += rows.length
  share.redemptions += rows.length
  share.redemptions_fen += rows.reduce((sum, row) => sum + row.coupon, 0)
  share.new_redemptions += recorded.filter((one) => one === 'new').length
}

function factOf({ couponId, stockId, transactionId, coupon, total, at, mchid }: Flow, toldAt: Date) {
  return {
    couponId,
    stockId,
    transactionId,
    amount: coupon,
    orderTotal: total,
    usedAt: at,
    consumeMchid: mchid,
    toldAt,
  }
}

async function merchantsOfStock({ db, catalog }: Services, stockId: string): Promise<Merchant[]> {
  const rows = await db
    .selectFrom('stocks')
    .select('merchant_id')
    .distinct()
    .where('stock_id', '=', stockId)
    .orderBy('merchant_id')
    .execute()
  const merchants = await Promise.all(rows.map((row) => catalog.merchantById(row.merchant_id)))
  return merchants.filter((merchant) => merchant !== undefined)
}

function asideOf(file: WechatFile, row: FlowRow): Aside {
  return {
    line: row.line,
    merchant_id: null,
    cause: 'unknown_coupon',
    mchid: row.mchid ?? file.mchid,
    sub_mchid: null,
    transaction_id: row.transactionId,
    out_trade_no: null,
    refund_id: null,
    out_refund_no: null,
    coupon_id: row.couponId ?? null,
    fen: row.coupon,
    at: row.at ?? null,
  }
}
