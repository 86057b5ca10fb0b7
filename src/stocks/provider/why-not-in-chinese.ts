import type { Known } from './ask-until-known.ts'
import { stateInWords } from './stock-states.ts'

/** Why the state of a stock was not changed, for a page. `status`: as its creator sees it now, where that is known. */
export function whyNotInChinese(known: Known<unknown>, status: string | undefined): string {
  const now = status === undefined ? [] : [`批次现在是${stateInWords(status)}`]
  if (known.kind === 'ok') return now.join()
  const { reply } = known
  if (known.kind === 'unknown' && !known.mayHaveArrived)
    return [...now, '没有连上微信支付，什么也没有做，请稍后再试'].join('；')
  const words = reply.kind === 'refusal' ? [reply.status, reply.code, reply.message] : [reply.word]
  const said = [...words, reply.requestId && `Request-ID ${reply.requestId}`].filter(Boolean).join(' ')
  const hint = known.kind === 'unknown' ? ['微信没有明确回答，请点“同步”看状态，再决定是否重做'] : []
  return [...now, ...hint, `微信返回：${said}`].join('；')
}
