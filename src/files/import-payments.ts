import type { Merchant } from '../merchants/merchant.ts'
import { applyPayments } from '../payments/apply-many.ts'
import { recordNewPayments } from '../payments/intake-many.ts'
import { recordPayment } from '../payments/intake.ts'
import type { Payment } from '../payments/payment.ts'
import type { SpendCampaignRow } from '../payments/spend-ledger.ts'
import type { RowCause } from '../plumbing/storage/schema.ts'
import type { Services } from '../services.ts'
import type { BillRow } from '../wechat/files/bill-row.ts'
import { askOrder } from './ask-order.ts'
import { canEarn, planFor } from './bill-plan.ts'
import { type Progress, setAside, shareOf } from './tally.ts'

/**
 * Brings the payments among a bill's rows into our ledger, each once, and makes the awards that they earn. Safe to
 * repeat: what an earlier run has written is earned again, which changes nothing.
 */
export async function importPayments(
  services: Services,
  merchant: Merchant,
  campaigns: SpendCampaignRow[],
  all: BillRow[],
  progress: Progress,
): Promise<void> {
  const rows = all.filter(({ state }) => state === 'paid')
  if (rows.length === 0) return
  const share = shareOf(progress, merchant.id)
  share.payments += rows.length
  share.payments_fen += rows.reduce((sum, row) => sum + row.total, 0)

  const sources = await knownSources(services, merchant, rows)
  const unknown = rows.filter((row) => !sources.has(row.transactionId))
  const openids = await knownOpenids(services, merchant, unknown)
  const straight: Payment[] = []
  for (const row of unknown) {
    const plan = planFor(row, merchant, campaigns, (openid) => openids.has(openid))
    if (plan.do === 'record') straight.push(plan.payment)
    else if (plan.do === 'set aside') await setAside(services.db, progress, [asideOf(merchant, row, plan.cause)])
    else if (await ask(services, merchant, row, progress)) share.new_payments += 1
  }
  share.new_payments += (await recordNewPayments(services, merchant, straight)).length

  const late = rows.filter(({ transactionId }) => (sources.get(transactionId) ?? 'bill') === 'bill')
  const earning = late.filter((row) => campaigns.some((campaign) => canEarn(row, campaign)))
  await applyPayments(
    services,
    merchant,
    earning.map(({ transactionId }) => transactionId),
  )
}

/** Returns whether WeChat's answer made it a payment of ours. */
async function ask(services: Services, merchant: Merchant, row: BillRow, progress: Progress): Promise<boolean> {
  const asked = await askOrder(services, merchant, row)
  if (asked.kind !== 'paid') {
    await setAside(services.db, progress, [asideOf(merchant, row, asked.kind)])
    return false
  }
  await recordPayment(services, merchant, asked.payment)
  return true
}

async function knownSources({ db }: Services, merchant: Merchant, rows: BillRow[]) {
  const known = await db
    .selectFrom('payments')
    .select(['transaction_id', 'source'])
    .where('merchant_id', '=', merchant.id)
    .where('transaction_id', '=', (eb) => eb.fn.any(eb.val(rows.map((row) => row.transactionId))))
    .execute()
  return new Map(known.map(({ transaction_id, source }) => [transaction_id, source]))
}

/** Those openids of a provider's rows under which we know a member: then they are under the merchant's appid. */
async function knownOpenids({ db }: Services, merchant: Merchant, rows: BillRow[]): Promise<Set<string>> {
  const asked = [...new Set(rows.flatMap(({ subMchid, openid }) => (subMchid && openid ? [openid] : [])))]
  if (asked.length === 0) return new Set()
  const members = db.selectFrom('members').select('openid').where('merchant_id', '=', merchant.id)
  const spenders = db.selectFrom('spenders').select('openid').where('merchant_id', '=', merchant.id)
  const known = await members
    .where('openid', '=', (eb) => eb.fn.any(eb.val(asked)))
    .union(spenders.where('openid', '=', (eb) => eb.fn.any(eb.val(asked))))
    .execute()
  return new Set(known.map(({ openid }) => openid))
}

export function asideOf(merchant: Merchant | undefined, row: BillRow, cause: RowCause) {
  return {
    line: row.line,
    merchant_id: merchant?.id ?? null,
    cause,
    mchid: row.mchid,
    sub_mchid: row.subMchid ?? null,
    transaction_id: row.transactionId,
    out_trade_no: row.outTradeNo,
    refund_id: row.refundId ?? null,
    out_refund_no: row.outRefundNo ?? null,
    coupon_id: null,
    fen: row.state === 'refund' ? row.refund : row.total,
    at: row.at,
  }
}
