import { receive } from '../../inbox/inbox.ts'
import { notificationKey, type StoredNotification } from '../../inbox/pay-notification.ts'
import type { Account } from '../../merchants/merchant.ts'
import { inboxTotal } from '../../plumbing/telemetry/metrics.ts'
import { NotificationRefused } from '../../wechat/pay/notification.ts'
import { openV2Notification } from '../../wechat/pay-v2/notification.ts'
import type { Context, Handler } from '../shell/context.ts'
import { BodyTooLarge, readBody } from '../shell/body.ts'

/** Notifications have a few thousand bytes; a combined order of 50 with promotions stays far below this. */
const notificationMaxBytes = 256 * 1024

/**
 * POST /notify/{merchant}/pay/{mchid}: WeChat Pay's notifications, v3 JSON and v2 XML. The number in the address says
 * whose key opens them, since nothing in the clear does (docs/wechat/payment-triggers.md 1.1). On disk before the
 * answer, for which WeChat waits five seconds.
 */
export const payNotification: Handler = async (context) => {
  const ctx = context as Context
  const { services, merchant } = ctx.state
  const account = merchant.accounts.find(({ mchid }) => mchid === ctx.params.mchid)
  if (!account) return
  let isV2 = false
  try {
    const body = await readBody(ctx.req, notificationMaxBytes)
    isV2 = body[0] === firstOfXml
    const stored = isV2 ? openV2(account, body) : await openV3(ctx, account, body)
    const arrival = {
      merchantId: merchant.id,
      source: 'pay',
      businessKey: notificationKey(stored),
      body: stored,
    } as const
    await receive(services, { ...arrival, at: services.clock.now() })
    answer(ctx, isV2, 200, 'SUCCESS', isV2 ? 'OK' : '成功')
  } catch (fault) {
    if (fault instanceof BodyTooLarge) return refuse(ctx, account, isV2, 413, 'too_large')
    if (fault instanceof NotificationRefused) return refuse(ctx, account, isV2, 401, fault.word)
    throw fault
  }
}

const firstOfXml = '<'.charCodeAt(0)

async function openV3(ctx: Context, account: Account, body: Buffer): Promise<StoredNotification> {
  if (!account.keys) throw new NotificationRefused('undecryptable', 'this number has no keys here')
  const { id, event_type, resource } = await ctx.state.services.pay(account).openNotification(ctx.headers, body)
  return { mchid: account.mchid, id, event_type, resource }
}

function openV2({ mchid, apiV2Key, apiV2SignType: signType }: Account, body: Buffer): StoredNotification {
  if (!apiV2Key) throw new NotificationRefused('undecryptable', 'this number has no APIv2 key here')
  const { kind, fields } = openV2Notification({ mchid, key: apiV2Key, signType }, body.toString())
  const id = fields.refund_id ?? fields.transaction_id ?? ''
  return { mchid, id, event_type: kind === 'refund' ? 'V2.REFUND' : 'V2.PAYMENT', resource: fields }
}

/** Quietly: WeChat itself probes with wrong signatures. A good signature over what does not open means a wrong key. */
function refuse(ctx: Context, account: Account, isV2: boolean, status: number, word: string): void {
  const { services, merchant } = ctx.state
  const level = word === 'undecryptable' ? 'error' : 'info'
  services.log[level]({ merchant: merchant.slug, mchid: account.mchid, word }, 'notification refused')
  inboxTotal.inc({ source: 'pay', outcome: 'refused' })
  answer(ctx, isV2, status, 'FAIL', word)
}

function answer(ctx: Context, isV2: boolean, status: number, code: string, message: string): void {
  ctx.status = status
  if (isV2) ctx.type = 'text/xml'
  ctx.body = isV2
    ? `<xml><return_code><![CDATA[${code}]]></return_code><return_msg><![CDATA[${message}]]></return_msg></xml>`
    : { code, message }
}
