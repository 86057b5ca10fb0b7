import { kept } from '../../plumbing/cache.ts'
import type { CardProduct, Merchant } from '../../merchants/merchant.ts'
import type { Services } from '../../services.ts'
import { driverOf } from './driver-of.ts'

/** An appid of a card is never changed at WeChat; a card that is connected anew has another stamp. */
const appids = kept<string, string>({ most: 1_000, ageMs: 3_600_000 })

export const otherAppid = '会员卡属于另一个 AppID，openid 不能用于发券'

/**
 * Whether the card's members have openids of the merchant's own account: only these can be sent coupons
 * (docs/wechat/member-cards.md 1). Asked once per hour; a text says why not.
 */
export async function templateFits(
  services: Services,
  merchant: Merchant,
  product: CardProduct,
): Promise<'fits' | 'later' | { refused: string }> {
  const key = `${product.id}/${product.cardId}/${product.updatedAt.getTime()}`
  const known = services.cache.get(appids, key)
  const told = known ? ({ kind: 'ok', value: known } as const) : await driverOf(services, merchant, product).appid()
  if (told.kind === 'later') return 'later'
  if (told.kind === 'none') return { refused: `WeChat knows no card ${product.cardId}` }
  if (told.kind === 'refused') return { refused: told.words }
  services.cache.set(appids, key, told.value)
  return told.value === merchant.officialAccount.appid ? 'fits' : { refused: otherAppid }
}
