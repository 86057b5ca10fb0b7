import { receiveNotification } from '../../inbox/receive-notification.ts'
import { NotificationRefused } from '../../wechat/pay/notification.ts'
import type { MerchantState } from '../middleware/merchant.ts'
import { readBodyWithin } from '../shell/body.ts'
import type { Handler } from '../shell/context.ts'
import { answerPay } from './answer-pay.ts'
import { isV2, openNotification } from './open-notification.ts'
import { refuseNotification as refuse } from './refuse-notification.ts'

/** A notification has a few thousand bytes; a combined order of 50, each with promotions, is still below this. */
export const notificationMaxBytes = 128 * 1024

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
  const { mchid } = account
  if (!body) return refuse(ctx, { mchid, format: 'json' }, 413, 'too_large')
  const format = isV2(body) ? 'xml' : 'json'
  const opened = await openNotification(ctx, account, body).catch(refused)
  if (opened instanceof NotificationRefused) return refuse(ctx, { mchid, format }, 401, opened.word)
  await receiveNotification(ctx.state.services, merchant, opened)
  answerPay(ctx, format, 200, 'SUCCESS', format === 'xml' ? 'OK' : '成功')
}

export function refused(fault: unknown): NotificationRefused {
  if (fault instanceof NotificationRefused) return fault
  throw fault
}
