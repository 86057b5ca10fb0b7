import type { Known } from '../stocks/provider/ask-until-known.ts'
import { unknownSentence } from '../stocks/provider/refusals.ts'

/** What to look at, by WeChat's status: its table of errors is not published in full (docs/wechat/gold-plan.md 2). */
const cures: Record<number, string> = {
  400: "is it a sub-merchant of this provider, is the receipt's link set and the commitment (承诺函) signed in 服务商平台, and was it not closed within the last 24 hours?",
  401: "the provider's private key, serial number or clock is wrong",
  403: 'the provider has not signed the commitment (承诺函) in 服务商平台, or its number is of another kind than 普通服务商 and 渠道商',
  429: 'asked too often: wait a minute and run the command again',
}

/** One sentence: why a turn was not done, what to do, and what WeChat said. */
export function whyNot(turn: string, known: Exclude<Known<unknown>, { kind: 'ok' }>): string {
  if (known.kind === 'unknown') return unknownSentence(`this was done: ${turn}`, known)
  const { status, code, message, requestId } = known.reply
  const said = [status, code, message].filter(Boolean).join(' ')
  const trail = requestId === undefined ? '' : `, Request-ID ${requestId}`
  return `could not ${turn}: ${cures[status] ?? 'WeChat Pay refused it'} (WeChat Pay answered ${said}${trail})`
}
