import type { Sent } from '../ledger/settle.ts'
import { lateSendsTotal } from '../plumbing/telemetry/metrics.ts'
import type { Services } from '../services.ts'

/**
 * WeChat says "sent" of a coupon that is settled here already. As this very coupon: nothing to do. As refused: the
 * member has it all the same, so "sent" wins and takes its places again; a person should know how that could happen.
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
