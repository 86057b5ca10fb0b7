import { type PaymentFact } from '../facts.ts'
import type { World } from '../world.ts'
import type { Evidence } from './evidence.ts'
import { usedOurs } from './payments.ts'

/** Once any report says that one of our coupons paid a part, the payment earns no other one. */
export function judgeOurCoupons(world: World, evidence: Evidence): string[] {
  const failures: string[] = []
  const known = new Set<string>()
  const written = new Set<string>()
  const settled = new Set<string>()
  for (const entry of evidence.chronicle) {
    if (entry.what === 'message') noteUse(entry.body!, known)
    // Owed first, then settled: a coupon in doubt is not known as ours by its number at WeChat.
    if (entry.couponRow) (written.has(entry.couponRow) ? settled : written).add(entry.couponRow)
    const grant = evidence.grants.find((one) => entry.what === 'grant' && one.id === entry.grantId)
    const campaign = evidence.campaigns.find((one) => one.id === grant?.campaign_id)
    if (!grant || !campaign?.spend) continue
    const then = { ...evidence, coupons: evidence.coupons.filter((row) => settled.has(row.id)) }
    const excluded = (payment: PaymentFact) => known.has(payment.transactionId) && usedOurs(campaign, then, payment)
    const mine = world.facts.payments.filter((payment) => payment.openid === grant.openid && !excluded(payment))
    const own = world.facts.payments.find((payment) => payment.transactionId === grant.transaction_id)
    const { mode } = entry.rules!.spend!
    const most = mode === 'count' ? mine.length : mine.reduce((sum, payment) => sum + payment.total, 0)
    const isEarned = mode === 'single' ? !(own && excluded(own)) : most >= grant.tier!
    if (!isEarned)
      failures.push(`loop: tier ${grant.tier} of ${campaign.slug} was earned by a payment with our own coupon`)
  }
  return failures
}

function noteUse(body: Record<string, unknown>, known: Set<string>): void {
  const told = (body.data ?? body.resource) as
    { transaction_id?: string; promotions?: unknown[]; promotion_detail?: unknown[] } | undefined
  const promotions = told?.promotions ?? told?.promotion_detail ?? []
  if (told?.transaction_id && promotions.length > 0) known.add(told.transaction_id)
}
