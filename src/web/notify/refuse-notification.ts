import { inboxTotal } from '../../plumbing/telemetry/metrics.ts'
import { seldom } from '../../plumbing/telemetry/seldom.ts'
import type { MerchantState } from '../middleware/merchant.ts'
import type { Context } from '../shell/context.ts'
import { answerPay } from './answer-pay.ts'

/** Under whose address a notification came, and in which format. */
type Called = { mchid: string; format: 'xml' | 'json' }

/**
 * Refuses a notification. Only an `info` line, because WeChat itself probes with wrong signatures. A right signature over
 * a body that does not decrypt means a wrong key: an `error`. In v2 anybody can send what does not decrypt.
 */
export function refuseNotification(
  ctx: Context<MerchantState>,
  { mchid, format }: Called,
  status: number,
  word: string,
): void {
  const { services, merchant } = ctx.state
  const level = word === 'undecryptable' && format === 'json' ? 'error' : 'info'
  const times = seldom(services, `notification/${merchant.slug}/${mchid}/${format}/${word}`)
  if (times > 0) services.log[level]({ merchant: merchant.slug, mchid, word, times }, 'notification refused')
  inboxTotal.inc({ source: 'pay', outcome: 'refused' })
  answerPay(ctx, format, status, 'FAIL', word)
}
