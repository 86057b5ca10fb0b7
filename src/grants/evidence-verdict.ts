import { outcomeNamed } from '../ledger/outcomes/outcomes.ts'
import type { EvidenceCoupon } from './evidence-coupons.ts'

/** What became of a grant, in one Chinese sentence. */
export function verdictOf(coupons: EvidenceCoupon[]): string {
  const count = (state: EvidenceCoupon['state']) => coupons.filter((one) => one.state === state).length
  if (count('sent') === coupons.length) return `${coupons.length} 张券都已由微信支付发放成功。`
  const open = coupons.find((one) => one.state !== 'sent')!
  const last = open.answers.at(-1)
  const said = [last?.status && `HTTP ${last.status}`, last?.code, last?.message].filter(Boolean).join(' ')
  const parts = [
    count('sent') > 0 && `${count('sent')} 张已发放`,
    count('reserved') > 0 && `${count('reserved')} 张还没有发放成功`,
    count('refused') > 0 && `${count('refused')} 张没有发放`,
  ].filter(Boolean)
  const cause = open.reason === null ? '还没有得到结果' : causeOf(open.reason)
  const doubt = coupons.some((one) => one.doubt_since) ? '，其中有请求没有得到微信的明确结果' : ''
  return `共 ${coupons.length} 张券：${parts.join('，')}${doubt}；原因：${cause}${said && `（微信的回答：${said}）`}。`
}

function causeOf(outcome: string): string {
  return outcomeNamed(outcome).operator.cause
}
