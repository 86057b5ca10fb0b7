import { yuan } from '../../../../campaigns/in-chinese.ts'
import { reasonWords } from '../../../../grants/by-staff/verdict.ts'
import type { Grant, GrantStatus } from '../../../../grants/grants.ts'
import type { CouponState } from '../../../../plumbing/storage/schema.ts'
import { campaignKinds } from '../stocks/words.ts'

const statusTags: Record<GrantStatus, readonly [look: string, text: string]> = {
  sent: ['good', '已到账'],
  pending: ['wait', '待发'],
  partial: ['bad', '部分到账'],
  refused: ['bad', '拒绝'],
}

const couponTags: Record<CouponState, readonly [look: string, text: string]> = {
  sent: ['good', '已到账'],
  reserved: ['wait', '待发'],
  refused: ['bad', '未发放'],
}

/** How a grant stands, in one word. */
export function grantTag({ status, refundedAt }: Pick<Grant, 'status' | 'refundedAt'>) {
  const [state, text] = refundedAt ? ['off', '已退款'] : statusTags[status]
  return { state, text }
}

export function couponTag(state: CouponState) {
  const [look, text] = couponTags[state]
  return { state: look, text }
}

/** What earned it. */
export function triggerWords({ campaign, transactionId }: Pick<Grant, 'campaign' | 'transactionId'>): string {
  return transactionId === null
    ? campaignKinds[campaign.kind]
    : `${campaignKinds[campaign.kind]}，支付 ${transactionId}`
}

/** What it gives, equal coupons counted: `满 5 元减 2 元 × 2`. */
export function couponWords({ coupons }: Pick<Grant, 'coupons'>): string {
  const counts = new Map<string, number>()
  for (const { amount, minimum } of coupons) {
    const words = minimum === 0 ? `立减 ${yuan(amount)} 元` : `满 ${yuan(minimum)} 元减 ${yuan(amount)} 元`
    counts.set(words, (counts.get(words) ?? 0) + 1)
  }
  return [...counts].map(([words, count]) => (count === 1 ? words : `${words} × ${count}`)).join('、')
}

/** Why a part of it is not there, or not yet; empty when all is. */
export function whyWords({ coupons }: Pick<Grant, 'coupons'>): string {
  const waiting = coupons.find(({ state, reason }) => state !== 'sent' && reason !== null)
  return waiting ? reasonWords(waiting.reason).cause : ''
}
