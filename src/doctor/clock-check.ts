import type { Services } from '../services.ts'
import type { PayReply } from '../wechat/pay/types.ts'
import { finding, type Finding } from './findings.ts'

/** WeChat and we refuse messages that are five minutes off; a clock that is one minute off may soon be. */
const skewSecondsAtMost = 60

/**
 * Compares our clock with the Date headers of answers to signed queries that are made anyway (`at`: when one came, by
 * our clock). WeChat refuses the signature of a clock that is five minutes off, but its refusal has that header too.
 */
export function checkClock({ config }: Services, answers: { reply: PayReply<unknown>; at: Date }[]): Finding {
  if (answers.length === 0) return finding('clock_unchecked')
  const skews = answers.map(({ reply, at }) =>
    Math.round(Math.abs(at.getTime() - Date.parse(reply.date ?? '')) / 1_000),
  )
  const seconds = skews.find((skew) => !Number.isNaN(skew))
  if (seconds !== undefined) return finding(seconds <= skewSecondsAtMost ? 'clock_right' : 'clock_off', { seconds })
  const unknown = answers.map(({ reply }) => reply).find((reply) => reply.kind === 'unknown')
  return finding('clock_unknown', { url: config.wechat.payUrl, word: unknown?.word ?? 'no Date header' })
}
