import { receive } from '../../inbox/inbox.ts'
import { notificationKey, type StoredNotification } from '../../inbox/pay-notification.ts'
import { inboxTotal } from '../../metrics.ts'
import type { Account } from '../../merchants/merchant.ts'
import { NotificationRefused } from '../../wechat/pay/notification.ts'
import type { Context, Handler } from '../context.ts'
import { BodyTooLarge, readBody } from '../middleware/body.ts'

/** Notifications have a few thousand bytes; a combined order of 50 with promotions stays far below this. */
const notificationMaxBytes = 256 * 1024

/**
 * POST /notify/{merchant}/pay/{mchid}: WeChat Pay's notifications. The number in the address says whose key opens them,
 * since nothing in the clear does (wechat/payment-triggers.md 1.1). On disk before the 2xx; WeChat waits five seconds.
 */
export const payNotification: Handler = async (ctx) => {
  const account = ctx.state.merchant.accounts.find(({ mchid }) => mchid === ctx.params.mchid)
  if (!account?.keys) return
  try {
    await takeNotification(ctx as Context, account)
    ctx.status = 200
    ctx.body = { code: 'SUCCESS', message: '成功' }
  } catch (fault) {
    if (!(fault instanceof NotificationRefused) && !(fault instanceof BodyTooLarge)) throw fault
    refuse(ctx as Context, account, fault)
  }
}

async function takeNotification(ctx: Context, account: Account): Promise<void> {
  const { services, merchant } = ctx.state
  const body = await readBody(ctx.req, notificationMaxBytes)
  const opened = await services.pay(account).openNotification(ctx.headers, body)
  const { id, event_type, resource } = opened
  const stored: StoredNotification = { mchid: account.mchid, id, event_type, resource }
  await receive(services.db, {
    merchantId: merchant.id,
    source: 'pay',
    businessKey: notificationKey(account.mchid, opened),
    body: stored,
    at: services.clock.now(),
  })
}

/** Quietly: WeChat itself probes with wrong signatures. A good signature over what does not open means a wrong APIv3 key. */
function refuse(ctx: Context, account: Account, fault: NotificationRefused | BodyTooLarge): void {
  const word = fault instanceof NotificationRefused ? fault.word : 'too_large'
  const level = word === 'undecryptable' ? 'error' : 'info'
  ctx.state.services.log[level](
    { merchant: ctx.state.merchant.slug, mchid: account.mchid, word },
    'notification refused',
  )
  inboxTotal.inc({ source: 'pay', outcome: 'refused' })
  ctx.status = fault instanceof BodyTooLarge ? 413 : 401
  ctx.body = { code: 'FAIL', message: word }
}
