import { makeEventsSecretFor } from '../../../../merchants/by-staff/events-secret.ts'
import { dropNotice, leaveNotice, noticeOf } from '../../../../operators/notices.ts'
import type { Handler } from '../../../shell/context.ts'
import { goTo } from '../../enter.ts'
import { render } from '../../render.ts'
import type { Filled, MerchantState } from '../../state.ts'
import { secretDates } from './secret-dates.ts'
import { interfaceTabs, settingsPaths } from './settings-paths.ts'

/** `GET …/settings/events`: where the merchant's systems send events, and since when their secret holds. */
export const show: Handler<MerchantState> = async (ctx) => {
  const { services, merchant, session } = ctx.state
  const at = settingsPaths(merchant)
  const left = noticeOf(services, session, 'events_secret')
  const address = `${services.config.publicUrl}/api/${merchant.slug}/events`
  const data = {
    at,
    address,
    sample: sampleFor(address),
    has: merchant.eventsSecret !== undefined,
    setAt: (await secretDates(services.db, merchant.id)).events_secret,
    secret: left?.merchant === merchant.slug ? left.secret : undefined,
  }
  render(ctx, 'settings-events', { ...data, ...interfaceTabs(merchant, at.events) })
  // It was shown now, and never again.
  if (left) await dropNotice(services, session)
}

/** Makes a secret, which the next look at the page shows once. */
export const send: Handler<MerchantState & Filled> = async (ctx) => {
  const { services, person, merchant, session } = ctx.state
  const secret = await makeEventsSecretFor(services, person, merchant)
  await leaveNotice(services, session.token_hash, { kind: 'events_secret', merchant: merchant.slug, secret })
  goTo(ctx, settingsPaths(merchant).events)
}

/** How an event is signed (docs/merchant/events-api.md). */
function sampleFor(address: string): string {
  return [
    `POST ${address}`,
    'Content-Type: application/json',
    'webhook-id: msg_1（事件的编号，重发时不变）',
    'webhook-timestamp: 1764500000（发送时间，秒）',
    'webhook-signature: v1,签名',
    '',
    '签名 = base64(HMAC-SHA256(密钥, webhook-id + "." + webhook-timestamp + "." + 正文))',
    '密钥 = 去掉 whsec_ 之后，按 base64 解码得到的字节',
  ].join('\n')
}
