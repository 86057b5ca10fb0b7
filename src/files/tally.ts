import { z } from 'zod'
import type { Db } from '../plumbing/storage/database.ts'
import type { RowCause } from '../plumbing/storage/schema.ts'

const share = z.object({
  rows: z.number(),
  payments: z.number(),
  payments_fen: z.number(),
  refunds: z.number(),
  refunds_fen: z.number(),
  redemptions: z.number(),
  redemptions_fen: z.number(),
  new_payments: z.number(),
  new_refunds: z.number(),
  new_redemptions: z.number(),
  set_aside: z.number(),
  aside_payments: z.number().default(0),
  aside_fen: z.number().default(0),
})

/** A merchant's part of a file (`wechat_file_shares`). */
export type Share = z.infer<typeof share>

/**
 * What an import has counted so far, saved with its progress: after a crash it goes on counting where it was. `line`: up
 * to which line all is done in this phase.
 */
export const progressSchema = z.object({
  fileId: z.number(),
  phase: z.enum(['refunds', 'payments']),
  line: z.number(),
  shares: z.record(z.string(), share),
  causes: z.record(z.string(), z.object({ rows: z.number(), fen: z.number() })),
})

export type Progress = z.infer<typeof progressSchema>

export function newProgress(fileId: number): Progress {
  return { fileId, phase: 'refunds', line: 0, shares: {}, causes: {} }
}

export function shareOf({ shares }: Progress, merchantId: number): Share {
  return (shares[merchantId] ??= {
    rows: 0,
    payments: 0,
    payments_fen: 0,
    refunds: 0,
    refunds_fen: 0,
    redemptions: 0,
    redemptions_fen: 0,
    new_payments: 0,
    new_refunds: 0,
    new_redemptions: 0,
    set_aside: 0,
    aside_payments: 0,
    aside_fen: 0,
  })
}

/** A row that is shown and not counted. */
export type Aside = {
  line: number
  merchant_id: number | null
  cause: RowCause
  mchid: string
  sub_mchid: string | null
  transaction_id: string
  out_trade_no: string | null
  refund_id: string | null
  out_refund_no: string | null
  coupon_id: string | null
  fen: number
  at: Date | null
}

/** Enough to see what they are; how many there were is counted. */
const keptOfCause = 300
/** WeChat is asked about each of these again. */
const allKept: RowCause[] = ['refund_pending', 'unanswered']

/** Sets rows aside: counts them, and keeps the first ones of each cause. */
export async function setAside(db: Db, progress: Progress, rows: Aside[]): Promise<void> {
  const kept = rows.filter((row) => {
    const cause = (progress.causes[row.cause] ??= { rows: 0, fen: 0 })
    cause.rows += 1
    cause.fen += row.fen
    if (row.merchant_id !== null) countAside(shareOf(progress, row.merchant_id), row)
    return cause.rows <= keptOfCause || allKept.includes(row.cause)
  })
  if (kept.length === 0) return
  await db
    .insertInto('wechat_file_rows')
    .values(kept.map((row) => ({ ...row, file_id: progress.fileId })))
    .onConflict((conflict) => conflict.columns(['file_id', 'line']).doNothing())
    .execute()
}

function countAside(share: Share, { cause, fen }: Aside): void {
  share.set_aside += 1
  if (cause === 'refund_pending') return
  share.aside_payments += 1
  share.aside_fen += fen
}

/** Writes what was counted, when all rows of the file have been gone through. */
export async function endImport(db: Db, { fileId, shares, causes }: Progress, now: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await trx.deleteFrom('wechat_file_shares').where('file_id', '=', fileId).execute()
    await trx.deleteFrom('wechat_file_causes').where('file_id', '=', fileId).execute()
    const ofMerchants = Object.entries(shares).map(([id, one]) => ({
      file_id: fileId,
      merchant_id: Number(id),
      ...one,
    }))
    const ofCauses = Object.entries(causes).map(([cause, one]) => ({
      file_id: fileId,
      cause: cause as RowCause,
      ...one,
    }))
    if (ofMerchants.length > 0) await trx.insertInto('wechat_file_shares').values(ofMerchants).execute()
    if (ofCauses.length > 0) await trx.insertInto('wechat_file_causes').values(ofCauses).execute()
    await trx
      .updateTable('wechat_files')
      .set({ imported_at: now, import_problem: null })
      .where('id', '=', fileId)
      .execute()
  })
}
