import { connectedCard } from '../cards/products/connected.ts'
import { joinCard } from '../cards/products/join-card.ts'
import { markDeleted } from '../cards/products/mark-deleted.ts'
import type { CardProduct, Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import { stateOfUserCard, userCardSchema, type UserCard } from '../wechat/brand-cards/user-card.ts'
import { openNoticeSchema } from '../wechat/membercard-open/notice.ts'
import { applyOpenNotice, type Arrived } from './open-card-notice.ts'
import type { StoredNotification } from './pay-notification.ts'

/** Applies a notice about a member card. Returns why it brought nothing; throws `AskAgain` while that may change. */
export async function applyCardNotice(
  services: Services,
  merchant: Merchant,
  notice: StoredNotification,
  arrived: Arrived,
): Promise<string | undefined> {
  const kind = /^BRAND_MEMBER_CARD(?:_SP)?\.USER_CARD\.(CREATE|DELETE)$/.exec(notice.event_type)?.[1]
  if (!kind) return applyOlder(services, merchant, notice, arrived)
  const card = userCardSchema.safeParse(notice.resource).data
  if (!card?.openid) return 'a card notice without card or member'
  const product = productOf(merchant, notice, card)
  if (!product) return `a card ${card.card_id} that is not connected here`
  return kind === 'CREATE' ? created(services, merchant, product, card) : deleted(services, merchant, product, card)
}

async function applyOlder(
  services: Services,
  merchant: Merchant,
  { mchid, event_type, resource }: StoredNotification,
  arrived: Arrived,
): Promise<string | undefined> {
  const [, kind] = /^MEMBERCARD\.(\w+)$/.exec(event_type) ?? []
  const notice = openNoticeSchema.safeParse(resource).data
  if (!kind || !notice) return `a ${event_type} of no use here`
  const isIts = (each: CardProduct) => each.kind === 'membercard_open' && each.mchid === mchid
  const product = connectedCard(merchant, notice.card_id, isIts)
  if (!product) return `a card ${notice.card_id} that is not connected here`
  return applyOpenNotice(services, merchant, product, { kind, notice, arrived })
}

/** The card as it is connected: its brand, and the number or brand under which the notice came. */
function productOf(merchant: Merchant, { mchid }: StoredNotification, card: UserCard): CardProduct | undefined {
  return connectedCard(
    merchant,
    card.card_id,
    ({ brandId, kind, mchid: number, keys }) =>
      kind !== 'membercard_open' &&
      (number ?? keys?.mchid) === mchid &&
      (card.brand_id === undefined || brandId === card.brand_id),
  )
}

async function created(
  services: Services,
  merchant: Merchant,
  product: CardProduct,
  card: UserCard,
): Promise<string | undefined> {
  const pickedUpAt = card.pickup_time ?? card.create_time
  if (!pickedUpAt) return 'a card without the time of its taking'
  const told = { openid: card.openid, pickedUpAt, code: card.user_card_code }
  const state = stateOfUserCard(card.user_card_state)
  return (await joinCard(services, merchant, product, { ...told, state })).note
}

async function deleted(
  services: Services,
  merchant: Merchant,
  product: CardProduct,
  card: UserCard,
): Promise<string | undefined> {
  const at = card.modify_time ?? services.clock.now()
  const { openid, user_card_code: code } = card
  const known = await markDeleted(services, merchant, product, { openid, code, at })
  return known > 0 ? 'a card that was deleted' : 'a deleted card that was never told of'
}
