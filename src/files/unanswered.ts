import { sql } from 'kysely'
import { daysBefore } from '../plumbing/clock.ts'
import { applyPayment } from '../payments/apply-payment.ts'
import { recordPayment } from '../payments/intake.ts'
import type { Services } from '../services.ts'
import { askOrder } from './ask-order.ts'

/** After this it is for people to look at. */
const days = 30
/** While WeChat is out of order each takes its time. */
const mostAtOnce = 50

/**
 * Asks again about the payments of kept bills of which WeChat had told nothing when it was asked, and takes those of which
 * it tells now. By lot: one that is never answered keeps no other from being asked about.
 */
export async function askUnanswered(services: Services, signal: AbortSignal): Promise<void> {
  const { db, clock, catalog } = services
  const rows = await db
    .selectFrom('wechat_file_rows as r')
    .innerJoin('wechat_files as f', 'f.id', 'r.file_id')
    .selectAll('r')
    .where('r.cause', '=', 'unanswered')
    .where('f.kept_at', '>', daysBefore(clock.now(), days))
    .orderBy(sql`random()`)
    .limit(mostAtOnce)
    .execute()
  for (const { file_id, line, merchant_id, mchid, sub_mchid, transaction_id: transactionId, fen } of rows) {
    signal.throwIfAborted()
    const merchant = merchant_id === null ? undefined : await catalog.merchantById(merchant_id)
    if (!merchant) continue
    const asked = await askOrder(services, merchant, { mchid, subMchid: sub_mchid ?? undefined, transactionId })
    if (asked.kind === 'unanswered') continue
    if (asked.kind !== 'paid') {
      await db
        .updateTable('wechat_file_rows')
        .set({ cause: asked.kind })
        .where('file_id', '=', file_id)
        .where('line', '=', line)
        .execute()
      continue
    }
    await recordPayment(services, merchant, asked.payment)
    await applyPayment(services, merchant, transactionId)
    await noLongerAside(services, { file_id, line, merchant_id: merchant.id, fen })
  }
}

type Counted = { file_id: number; line: number; merchant_id: number; fen: number }

async function noLongerAside({ db }: Services, { file_id, line, merchant_id, fen }: Counted): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { numDeletedRows } = await trx
      .deleteFrom('wechat_file_rows')
      .where('file_id', '=', file_id)
      .where('line', '=', line)
      .executeTakeFirstOrThrow()
    if (numDeletedRows === 0n) return
    await trx
      .updateTable('wechat_file_shares')
      .set((eb) => ({ aside_payments: eb('aside_payments', '-', 1), aside_fen: eb('aside_fen', '-', fen) }))
      .where('file_id', '=', file_id)
      .where('merchant_id', '=', merchant_id)
      .execute()
  })
}
