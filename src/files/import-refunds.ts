import type { Merchant } from '../merchants/merchant.ts'
import { applyPayments } from '../payments/apply-many.ts'
import { applyPayment } from '../payments/apply-payment.ts'
import type { Refund } from '../payments/payment.ts'
import { takeRefund } from '../payments/take-refund.ts'
import type { Services } from '../services.ts'
import type { BillRow } from '../wechat/files/bill-row.ts'
import { AskAgain } from '../plumbing/ask-again.ts'
import { refundEnded } from './refund-ended.ts'
import { type Progress, setAside, shareOf } from './tally.ts'

/**
 * Takes the refunds among a bill's rows, each once. What was known is applied again: an earlier run may have written it
 * while a coupon that it takes back was being sent. Throws `AskAgain` while one is.
 */
export async function importRefunds(
  services: Services,
  merchant: Merchant,
  rows: BillRow[],
  progress: Progress,
): Promise<void> {
  const refunds = rows.filter(({ state }) => state === 'refund' || state === 'revoked')
  if (refunds.length === 0) return
  const known = await knownNames(services, merchant, refunds)
  const again: string[] = []
  for (const row of refunds) {
    const share = shareOf(progress, merchant.id)
    share.refunds += 1
    share.refunds_fen += row.state === 'refund' ? row.refund : row.refund || row.total
    const refund = refundOf(row)
    if (known.has(nameOf(refund.transactionId, refund.refundId))) {
      again.push(refund.transactionId)
      continue
    }
    if (row.refundStatus !== undefined && row.refundStatus !== 'SUCCESS') {
      const ended = await refundEnded(services, row)
      if (ended === 'not given back') continue
      if (ended === 'pending') {
        await setAside(services.db, progress, [asideOf(merchant, row)])
        continue
      }
    }
    await take(services, merchant, refund)
    share.new_refunds += 1
  }
  await applyPayments(services, merchant, again)
}

async function take(services: Services, merchant: Merchant, refund: Refund): Promise<void> {
  const { inFlight } = await takeRefund(services, merchant, refund)
  // What is left may earn a lower tier.
  await applyPayment(services, merchant, refund.transactionId)
  if (inFlight) throw new AskAgain('a coupon that is no longer earned is being sent at this moment')
}

/** Where the row of an undone payment has no amount: nothing of the payment is left, whatever it was. */
const moreThanAnyOrder = 10_000_000_000

/** An undone payment is a refund of all of it, under a name of its own. */
function refundOf(row: BillRow): Refund {
  const { transactionId, at, total, refund } = row
  if (row.state === 'revoked')
    return {
      transactionId,
      refundId: 'REVOKED',
      refund: refund || total || moreThanAnyOrder,
      payerRefund: undefined,
      refundedAt: at,
    }
  const refundId = row.refundId ?? row.outRefundNo ?? `bill-${row.line}`
  return { transactionId, refundId, outRefundNo: row.outRefundNo, refund, payerRefund: undefined, refundedAt: at }
}

async function knownNames({ db }: Services, merchant: Merchant, rows: BillRow[]): Promise<Set<string>> {
  const known = await db
    .selectFrom('refunds')
    .select(['transaction_id', 'names'])
    .where('merchant_id', '=', merchant.id)
    .where(
      'transaction_id',
      'in',
      rows.map((row) => row.transactionId),
    )
    .execute()
  return new Set(known.flatMap((one) => one.names.map((name) => nameOf(one.transaction_id, name))))
}

function nameOf(transactionId: string, refundId: string): string {
  return `${transactionId}/${refundId}`
}

function asideOf(merchant: Merchant, row: BillRow) {
  return {
    line: row.line,
    merchant_id: merchant.id,
    cause: 'refund_pending' as const,
    mchid: row.mchid,
    sub_mchid: row.subMchid ?? null,
    transaction_id: row.transactionId,
    out_trade_no: row.outTradeNo,
    refund_id: row.refundId ?? null,
    out_refund_no: row.outRefundNo ?? null,
    coupon_id: null,
    fen: row.refund,
    at: row.at,
  }
}
