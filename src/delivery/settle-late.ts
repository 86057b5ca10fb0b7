import type { Sent } from '../ledger/settle.ts'
import { lateSendsTotal } from '../plumbing/telemetry/metrics.ts'
import type { Services } from '../services.ts'

/**
 * Handles a coupon that WeChat reports as sent and that is already settled here. Settled as this coupon: nothing to do.
 * Settled as refused: the member has it all the same, so "sent" wins and the coupon takes its places again. This is
 * logged as an error, since a person should find out how it could happen.
 */
export async function settleLateSent(services: Services, sent: Sent): Promise<void> {
  const { catalog, ledger, log } = services
  const { coupon, couponId } = sent
  const [merchant, stock] = await Promise.all([
    catalog.merchantById(coupon.merchantId),
    catalog.stockByRef(coupon.stockRef),
  ])
  if (!merchant || !stock) throw new Error(`the merchant or stock of grant ${coupon.grantId} is gone`)
  const settled = await ledger.settleLate({ sent, merchant, stock })
  if (settled.kind === 'known') return
  const over = settled.kind === 'late' ? settled.over : undefined
  lateSendsTotal.inc({ merchant: merchant.slug, outcome: over?.length ? 'over_limit' : settled.kind })
  const line = { grant: coupon.grantId, outRequestNo: coupon.outRequestNo, couponId, settled: settled.kind, over }
  log.error(line, 'WeChat had sent a coupon that was settled otherwise here')
}
