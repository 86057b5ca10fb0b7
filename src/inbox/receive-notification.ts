import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import { cardNoticeKey, isCardNotice, withoutPersonal } from './card-notice.ts'
import { receive } from './inbox.ts'
import { notificationKey, type StoredNotification } from './pay-notification.ts'

/**
 * Stores an opened notification of WeChat Pay, once. One about a member card waits in a lane of its own, since WeChat's
 * slow pace of card calls must not keep payments waiting, and leaves what is personal outside.
 */
export async function receiveNotification(
  services: Services,
  { id: merchantId }: Merchant,
  opened: StoredNotification,
): Promise<'new' | 'repeat'> {
  const at = services.clock.now()
  if (!isCardNotice(opened.event_type))
    return receive(services, { merchantId, source: 'pay', businessKey: notificationKey(opened), body: opened, at })
  const body = withoutPersonal(opened)
  return receive(services, { merchantId, source: 'cards', businessKey: cardNoticeKey(body), body, at })
}
