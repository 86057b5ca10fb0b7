import { decidePayment } from '../../payments/decide-payment.ts'
import { memberSpend, type MemberSpend, type SpendCampaignRow } from '../../payments/spend-ledger.ts'
import { type CampaignPayment, missingToNextTier, type Reach } from '../../payments/spend-rules.ts'
import { memberMark } from '../../members/member-mark.ts'
import { yuan } from '../../plumbing/yuan.ts'
import type { Services } from '../../services.ts'
import type { AskedTrial, EarnedInTrial, Tried } from './asked-trial.ts'
import { not, ok } from './rule.ts'

type TriedSpend = Tried & { campaign: SpendCampaignRow }

const condition = '领取条件'

/** What a payment of the member earns: one that is made now, or one that is known. */
export async function paymentEarns(services: Services, tried: TriedSpend, asked: AskedTrial): Promise<EarnedInTrial> {
  const { merchant, campaign, openid } = tried
  const spend = await memberSpend(services.db, campaign, openid)
  const known = spend.payments.find(({ transactionId }) => transactionId === asked.transactionId)
  if (asked.transactionId !== undefined && !known) return nothing('这位会员在活动时间内没有这笔付款，请核对单号和会员')
  const payment = known ?? paymentNow(asked.amount ?? 0, services.clock.now())
  const all = known ? spend : { ...spend, payments: [...spend.payments, payment] }
  const { reach, earned } = decidePayment(all, memberMark(merchant, openid), payment)
  if (!reach)
    return nothing(payment.usedOurCoupon ? '这笔付款用了本活动的券，不计入' : '付款时间不在活动时间内，不计入')
  const words = reachWords(campaign, reach)
  if (earned.length > 0) return { isTap: false, earned, rules: [ok(condition, words)] }
  return { isTap: false, earned: [], rules: [not(condition, nextOf(reach), words)] }
}

/** How far the member's payments have come, in a sentence. */
export async function spendRule(services: Services, { merchant, campaign, openid }: TriedSpend): Promise<string> {
  const spend = await memberSpend(services.db, campaign, openid)
  const reach = lastReach(spend, memberMark(merchant, openid))
  return reach ? reachWords(campaign, reach) : '没有查到这位会员在活动时间内的付款'
}

function lastReach(spend: MemberSpend, mark: string): Reach | undefined {
  const newest = spend.payments.toSorted((a, b) => b.paidAt.getTime() - a.paidAt.getTime())
  return newest.map((one) => decidePayment(spend, mark, one).reach).find((reach) => reach !== undefined)
}

function nothing(words: string): EarnedInTrial {
  return { isTap: false, earned: [], rules: [not(condition, 'not_eligible', words)] }
}

/** As after a payment that brought nothing. */
function nextOf(reach: Reach): 'already_claimed' | 'not_eligible' {
  return missingToNextTier(reach) === undefined ? 'already_claimed' : 'not_eligible'
}

/** The whole is paid by the member, without a coupon. */
function paymentNow(amount: number, paidAt: Date): CampaignPayment {
  const amounts = { total: amount, payerTotal: amount, settlement: amount, refunds: [] }
  return { ...amounts, transactionId: 'trial', paidAt, usedOurCoupon: false, kept: false }
}

function reachWords({ spend }: SpendCampaignRow, reach: Reach): string {
  const unit = (value: number) => (spend.mode === 'count' ? `${value} 笔` : `${yuan(value)} 元`)
  const counted = { single: '这笔计', cumulative: `${spend.window_days} 天内累计`, count: '活动期间付款' }[spend.mode]
  const tiers = reach.tiers.map(({ at_least }) => unit(at_least)).join('、')
  const missing = missingToNextTier(reach)
  const next = missing === undefined ? '，各档都已达到' : `，距下一档还差 ${unit(missing)}`
  return `${counted} ${unit(reach.value)}（档位 ${tiers}）${next}`
}
