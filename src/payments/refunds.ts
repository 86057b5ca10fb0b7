import type { Selectable } from 'kysely'
import type { Logger } from 'pino'
import type { Db } from '../plumbing/storage/database.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { RefundsTable } from '../plumbing/storage/schema.ts'
import type { Refund } from './payment.ts'

type Row = Selectable<RefundsTable>

/**
 * Writes a refund once, with every name that reports use for it: WeChat's refund_id and the merchant's out_refund_no
 * name the same refund (docs/wechat/payment-triggers.md 1.6). When a message proves that two rows are the same refund,
 * only the first row is kept. The payer's part is taken from the first report of the same sum that states it. Needs the
 * payment's lock.
 */
export async function recordRefund(trx: Db, log: Logger, merchant: Merchant, refund: Refund): Promise<void> {
  const names = [...new Set([refund.refundId, ...(refund.outRefundNo ? [refund.outRefundNo] : [])])]
  const known = await trx
    .selectFrom('refunds')
    .selectAll()
    .where('merchant_id', '=', merchant.id)
    .where('transaction_id', '=', refund.transactionId)
    .orderBy('id')
    .execute()
  const [first, ...others] = known.filter((row) => row.names.some((name) => names.includes(name)))
  if (!first) return insert(trx, merchant, refund, names)

  const all = [...new Set([first, ...others].flatMap((row) => row.names).concat(names))]
  if (others.length > 0) await remove(trx, others)
  const told = { refund: refund.refund, payer_refund: refund.payerRefund ?? null }
  const { payerRefund, differing } = compared(first, [...others, told])
  if (all.length > first.names.length || payerRefund !== first.payer_refund) {
    const changed = { names: all, payer_refund: payerRefund }
    await trx.updateTable('refunds').set(changed).where('id', '=', first.id).execute()
  }
  if (differing.length > 0) {
    log.warn(
      { merchant: merchant.slug, refund_id: first.refund_id, names: all, differing },
      'refund reported differently: the first report stands',
    )
  }
}

type Report = Pick<Row, 'refund' | 'payer_refund'>

/**
 * Returns the payer's part, from the first report that states it, and the fields in which the reports contradict each
 * other. A report without the part does not contradict it; the part in a report of another sum is ignored.
 */
function compared(first: Report, later: Report[]): { payerRefund: number | null; differing: string[] } {
  const agreeing = [first, ...later.filter((report) => report.refund === first.refund)]
  const parts = agreeing.map((report) => report.payer_refund).filter((part) => part !== null)
  const differing: string[] = []
  if (agreeing.length <= later.length) differing.push('refund')
  if (new Set(parts).size > 1) differing.push('payer_refund')
  return { payerRefund: parts[0] ?? null, differing }
}

async function insert(trx: Db, merchant: Merchant, refund: Refund, names: string[]): Promise<void> {
  await trx
    .insertInto('refunds')
    .values({
      merchant_id: merchant.id,
      transaction_id: refund.transactionId,
      refund_id: refund.refundId,
      names,
      refund: refund.refund,
      payer_refund: refund.payerRefund ?? null,
      refunded_at: refund.refundedAt,
    })
    .execute()
}

async function remove(trx: Db, rows: Row[]): Promise<void> {
  await trx
    .deleteFrom('refunds')
    .where(
      'id',
      'in',
      rows.map((row) => row.id),
    )
    .execute()
}
