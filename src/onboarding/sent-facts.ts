import type { Fact } from './fact.ts'
import type { Sent } from './last-sent.ts'
import type { StepNumber } from './steps.ts'

/**
 * What a coupon that went out proves. Its sender signed it with the certificate and the appid of the merchant, so these
 * are right; across merchants, it needed the permission of both numbers (docs/wechat/pay-v3.md 3.6).
 */
export function sentFacts(sent: Sent): Fact[] {
  const { mchid, stock_id, creator_mchid, no_cash, at, request_id: requestId } = sent
  const isAcross = creator_mchid !== mchid
  const way = isAcross ? `（制券商户号 ${creator_mchid}）` : ''
  const words = `商户号 ${mchid} 已发出${no_cash ? '免充值' : '预充值'}批次 ${stock_id}${way}的券`
  const steps: StepNumber[] = [3, 6, 8, 9, 10]
  if (!no_cash) steps.push(1)
  if (isAcross) steps.push(4)
  if (isAcross && no_cash) steps.push(5)
  return steps.map((step) => ({ step, state: 'granted', at, words, requestId }))
}
