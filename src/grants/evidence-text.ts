import { outcomeNamed } from '../ledger/outcomes/outcomes.ts'
import type { EvidenceCoupon } from './evidence-coupons.ts'
import { bothTimes } from './evidence-times.ts'
import { type EvidenceTrigger, triggerWords } from './evidence-trigger.ts'
import { verdictOf } from './evidence-verdict.ts'

const states = { sent: '已发放', reserved: '待发放', refused: '未发放' } as const

/** Describes the evidence in Chinese, to be pasted into a question to WeChat Pay's support. */
export function evidenceText(grantId: string, trigger: EvidenceTrigger, coupons: EvidenceCoupon[]): string {
  const { grant } = trigger
  const earned = bothTimes(grant.earned_at)
  const lines = [
    `发放记录 ${grantId}`,
    `结论：${verdictOf(coupons)}`,
    `活动：${grant.title}（${grant.campaign}），${triggerWords(trigger)}，${earned.beijing}（UTC ${earned.utc}）`,
    '时间为北京时间和 UTC；请求中的签名已去掉，会员 openid 保留以便查询。',
    '',
  ]
  for (const [index, coupon] of coupons.entries()) {
    lines.push(
      `券 ${index + 1}：${states[coupon.state]}${coupon.doubt_since ? '（有结果未知的请求）' : ''}`,
      `  发券商户号 ${coupon.mchid}，制券商户号 ${coupon.creator_mchid}，批次 ${coupon.stock_id}`,
      `  发券单号 out_request_no ${coupon.out_request_no}`,
      `  券号 coupon_id ${coupon.coupon_id ?? '—'}`,
      ...coupon.answers.map(
        ({ at, outcome, status, code, message, request_id }) =>
          `  ${bothTimes(at).beijing}（UTC ${bothTimes(at).utc}） ${status ?? '—'} ${code ?? ''} ${message ?? causeOf(outcome)} Request-ID ${request_id ?? '—'}`,
      ),
      '',
    )
  }
  return lines.join('\n')
}

function causeOf(outcome: string): string {
  return outcomeNamed(outcome).operator.cause
}
