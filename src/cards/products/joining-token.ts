import { mayAsk } from '../../members/asks-of-member.ts'
import type { CardProduct, Merchant } from '../../merchants/merchant.ts'
import type { Services } from '../../services.ts'
import { brandDriver } from './brand-driver.ts'

/** What a page gives to `openBusinessView` of WeChat's script. */
export type JoiningToken = { business_type: 'wxpayCardMember'; query_string: string }

/** A token with which this member may open this card, once; undefined while WeChat gives none. */
export async function joiningToken(
  services: Services,
  merchant: Merchant,
  product: CardProduct,
  openid: string,
): Promise<JoiningToken | undefined> {
  if (!(await mayAsk(services.cache, 'card', merchant, openid))) return undefined
  const told = await brandDriver(services, merchant, product).token(openid)
  if (told.kind === 'ok')
    return { business_type: 'wxpayCardMember', query_string: `token=${encodeURIComponent(told.value)}` }
  if (told.kind === 'refused')
    services.log.warn({ merchant: merchant.slug, card_id: product.cardId, said: told.words }, 'no token for a card')
  return undefined
}
