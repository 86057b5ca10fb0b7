import { sql } from 'kysely'
import { AskAgain } from '../plumbing/ask-again.ts'
import { daysBefore } from '../plumbing/clock.ts'
import { applyPayment } from '../payments/apply-payment.ts'
import { takeRefund } from '../payments/take-refund.ts'
import type { Services } from '../services.ts'
import { refundEnded } from './refund-ended.ts'

/** A refund to a bank card takes days; after this it is for people to look at. */
const days = 30
const mostAtOnce = 200

/**
 * Asks again about the refunds of kept bills that had not come to their end, and takes those that have. By lot: those that
 * take long keep no other from being asked about.
 */
export async function settlePendingRefunds(services: Services, signal: AbortSignal): Promise<number> {
  const { db, clock, catalog } = services
  const rows = await db
    .selectFrom('wechat_file_rows as r')
    .innerJoin('wechat_files as f', 'f.id', 'r.file_id')
    .selectAll('r')
    .where('r.cause', '=', 'refund_pending')
    .where('f.kept_at', '>', daysBefore(clock.now(), days))
    .orderBy(sql`random()`)
    .limit(mostAtOnce)
    .execute()
  let settled = 0
  for (const row of rows) {
    signal.throwIfAborted()
    const merchant = row.merchant_id === null ? undefined : await catalog.merchantById(row.merchant_id)
    if (!merchant) continue
    const outRefundNo = row.out_refund_no ?? undefined
    const ended = await refundEnded(services, { mchid: row.mchid, subMchid: row.sub_mchid ?? undefined, outRefundNo })
    if (ended === 'pending') continue
    if (ended === 'given back') {
      const { transaction_id: transactionId, refund_id, fen: refund, at } = row
      const refundId = refund_id ?? outRefundNo!
      const fact = {
        transactionId,
        refundId,
        outRefundNo,
        refund,
        payerRefund: undefined,
        refundedAt: at ?? clock.now(),
      }
      const { inFlight } = await takeRefund(services, merchant, fact)
      await applyPayment(services, merchant, transactionId)
      if (inFlight) throw new AskAgain('a coupon that is no longer earned is being sent at this moment')
    }
    await db.deleteFrom('wechat_file_rows').where('file_id', '=', row.file_id).where('line', '=', row.line).execute()
    settled += 1
  }
  return settled
}
