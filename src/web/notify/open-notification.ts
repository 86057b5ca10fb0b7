import type { StoredNotification } from '../../inbox/pay-notification.ts'
import { isForgotten } from '../../inbox/forgotten.ts'
import type { Account } from '../../merchants/merchant.ts'
import { NotificationRefused } from '../../wechat/pay/notification.ts'
import type { Payment } from '../../wechat/pay/payment.ts'
import { openV2Notification } from '../../wechat/pay-v2/notification.ts'
import { readV2Payment } from '../../wechat/pay-v2/payment.ts'
import { readV2Refund } from '../../wechat/pay-v2/refund.ts'
import type { Services } from '../../services.ts'
import type { Context } from '../shell/context.ts'

/** True for a v2 notification: it is XML, and a v3 one is JSON. */
export function isV2(body: Buffer): boolean {
  return body[0] === firstOfXml
}

const firstOfXml = '<'.charCodeAt(0)

/** The content of the body, verified and decrypted with the account's keys. Throws `NotificationRefused`. */
export async function openNotification(ctx: Context, account: Account, body: Buffer): Promise<StoredNotification> {
  return isV2(body) ? openV2(ctx.state.services, account, body) : openV3(ctx, account, body)
}

async function openV3(ctx: Context, account: Account, body: Buffer): Promise<StoredNotification> {
  if (!account.keys) throw new NotificationRefused('no_key', 'this number has no keys here')
  const { id, event_type, resource } = await ctx.state.services.pay(account).openNotification(ctx.headers, body)
  return { mchid: account.mchid, id, event_type, resource }
}

function openV2(services: Services, account: Account, body: Buffer): StoredNotification {
  const { mchid, apiV2Key, apiV2SignType: signType } = account
  if (!apiV2Key) throw new NotificationRefused('no_key', 'this number has no APIv2 key here')
  const { kind, fields } = openV2Notification({ mchid, key: apiV2Key, signType }, body.toString())
  const at = kind === 'refund' ? readV2Refund(fields)?.success_time : timeOf(readV2Payment(fields))
  if (at && isForgotten(services, at)) throw new NotificationRefused('clock', 'older than what the inbox remembers')
  const id = fields.refund_id ?? fields.transaction_id ?? ''
  return { mchid, id, event_type: kind === 'refund' ? 'V2.REFUND' : 'V2.PAYMENT', resource: fields }
}

function timeOf(payment: Payment | undefined): Date | undefined {
  return payment?.shape === 'combined' ? undefined : payment?.success_time
}
