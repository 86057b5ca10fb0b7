import { receiveNotification } from '../../inbox/receive-notification.ts'
import { NotificationRefused } from '../../wechat/pay/notification.ts'
import type { MerchantState } from '../middleware/merchant.ts'
import { readBodyWithin } from '../shell/body.ts'
import type { Handler } from '../shell/context.ts'
import { answerPay } from './answer-pay.ts'
import { notificationMaxBytes, refused } from './pay-notification.ts'
import { refuseNotification } from './refuse-notification.ts'

/**
 * POST /notify/{merchant}/brand/{brand}: notices about the cards of a brand that signs for itself. Nothing in clear names
 * the brand, so each has its own address, which decides whose keys open it (docs/wechat/member-cards.md 3).
 */
export const brandNotification: Handler<MerchantState> = async (ctx) => {
  const { merchant, services } = ctx.state
  const product = merchant.cards.find(({ keys }) => keys !== undefined && keys.mchid === ctx.params.brand)
  if (!product) return
  const called = { mchid: product.brandId!, format: 'json' } as const
  const body = await readBodyWithin(ctx.req, notificationMaxBytes)
  if (!body) return refuseNotification(ctx, called, 413, 'too_large')
  const opened = await services.brand(product).openNotification(ctx.headers, body).catch(refused)
  if (opened instanceof NotificationRefused) return refuseNotification(ctx, called, 401, opened.word)
  const { id, event_type, resource } = opened
  await receiveNotification(services, merchant, { mchid: called.mchid, id, event_type, resource })
  answerPay(ctx, 'json', 200, 'SUCCESS', '成功')
}
