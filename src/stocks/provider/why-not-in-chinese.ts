import type { Known } from './ask-until-known.ts'
import { stateInWords } from './stock-states.ts'

const lookFirst = '微信没有明确回答，请点“同步”看状态，再决定是否重做'

/**
 * Why a creator's act was not done, for a page. `status`: of the stock as its creator sees it now, where that is known;
 * `whenUnknown`: what to do where nobody knows whether it was done.
 */
export function whyNotInChinese(known: Known<unknown>, status: string | undefined, whenUnknown = lookFirst): string {
  const now = status === undefined ? [] : [`批次现在是${stateInWords(status)}`]
  if (known.kind === 'ok') return now.join()
  const { reply } = known
  if (known.kind === 'unknown' && !known.mayHaveArrived)
    return [...now, '没有连上微信支付，什么也没有做，请稍后再试'].join('；')
  const words = reply.kind === 'refusal' ? [reply.status, reply.code, reply.message] : [reply.word]
  const said = [...words, reply.requestId && `Request-ID ${reply.requestId}`].filter(Boolean).join(' ')
  const hint = known.kind === 'unknown' ? [whenUnknown] : []
  return [...now, ...hint, `微信返回：${said}`].join('；')
}
