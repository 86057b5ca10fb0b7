import { receive } from '../../inbox/inbox.ts'
import { notificationKey, type StoredNotification } from '../../inbox/pay-notification.ts'
import type { Account } from '../../merchants/merchant.ts'
import { seldom } from '../../plumbing/telemetry/seldom.ts'
import { inboxTotal } from '../../plumbing/telemetry/metrics.ts'
import { NotificationRefused } from '../../wechat/pay/notification.ts'
import type { MerchantState } from '../middleware/merchant.ts'
import { readBodyWithin } from '../shell/body.ts'
import type { Context, Handler } from '../shell/context.ts'
import { answerPay } from './answer-pay.ts'
import { isV2, openNotification } from './open-notification.ts'

/** A notification has a few thousand bytes; a combined order of 50, each with promotions, is still below this. */
const notificationMaxBytes = 128 * 1024

/**
 * POST /notify/{merchant}/pay/{mchid}: WeChat Pay's notifications, v3 JSON and v2 XML. The number in the address
 * decides which key opens them, since no unencrypted field does (docs/wechat/payment-triggers.md 1.1). Stored before
 * the answer, for which WeChat waits five seconds.
 */
export const payNotification: Handler<MerchantState> = async (ctx) => {
  const { merchant } = ctx.state
  const account = merchant.accounts.find(({ mchid }) => mchid === ctx.params.mchid)
  if (!account) return
  const body = await readBodyWithin(ctx.req, notificationMaxBytes)
  if (!body) return refuse(ctx, account, 'json', 413, 'too_large')
  const format = isV2(body) ? 'xml' : 'json'
  const opened = await openNotification(ctx, account, body).catch(refused)
  if (opened instanceof NotificationRefused) return refuse(ctx, account, format, 401, opened.word)
  await keep(ctx, opened)
  answerPay(ctx, format, 200, 'SUCCESS', format === 'xml' ? 'OK' : '成功')
}

function refused(fault: unknown): NotificationRefused {
  if (fault instanceof NotificationRefused) return fault
  throw fault
}

async function keep({ state }: Context<MerchantState>, stored: StoredNotification): Promise<void> {
  const { services, merchant } = state
  const arrival = {
    merchantId: merchant.id,
    source: 'pay',
    businessKey: notificationKey(stored),
    body: stored,
  } as const
  await receive(services, { ...arrival, at: services.clock.now() })
}

/**
 * Only an `info` line, because WeChat itself probes with wrong signatures. A right signature over a body that does not
 * decrypt means a wrong key: an `error`. In v2 anybody can send what does not decrypt.
 */
function refuse(
  ctx: Context<MerchantState>,
  { mchid }: Account,
  format: 'xml' | 'json',
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
