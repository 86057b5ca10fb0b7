import type { CardProduct, Merchant } from '../../merchants/merchant.ts'
import type { Services } from '../../services.ts'
import {
  type BrandCaller,
  confirmUserCard,
  listUserCards,
  makePreAuthToken,
  readTemplate,
  readUserCard,
} from '../../wechat/brand-cards/calls.ts'
import { stateOfUserCard, type UserCard } from '../../wechat/brand-cards/user-card.ts'
import type { PayReply } from '../../wechat/pay/types.ts'
import { type BrandDriver, type HeldCard, toldBy } from './driver.ts'
import { inTurn } from './turns.ts'

/** 商家名片会员, called by the brand's provider or by the brand itself: the same calls in two dialects. */
export function brandDriver(services: Services, merchant: Merchant, product: CardProduct): BrandDriver {
  const caller = brandCaller(services, merchant, product)
  const { cardId } = product
  const ask = <T>(call: () => Promise<PayReply<T>>) => inTurn(services, caller.client, call)

  return {
    appid: async () => toldBy(await ask(() => readTemplate(caller, cardId)), ({ appid }) => appid),
    read: async (card) => toldBy(await ask(() => readUserCard(caller, { cardId, ...card })), heldCard),
    list: async (openid) =>
      toldBy(await ask(() => listUserCards(caller, openid)), ({ data }) =>
        data.filter((card) => card.card_id === cardId && card.openid === openid).map(heldCard),
      ),
    token: async (openid) =>
      toldBy(await ask(() => makePreAuthToken(caller, { cardId, openid })), ({ token }) => token),
    confirm: async (card) => toldBy(await ask(() => confirmUserCard(caller, { cardId, ...card })), heldCard),
  }
}

/** Who calls for a card of this kind, with whose keys. */
export function brandCaller(services: Services, merchant: Merchant, product: CardProduct): BrandCaller {
  const brandId = product.brandId!
  if (product.kind === 'brand') return { client: services.brand(product), brandId, by: 'brand' }
  const account = merchant.accounts.find(({ mchid }) => mchid === product.mchid)
  if (!account) throw new Error(`card ${product.cardId} is signed by a number that the merchant does not have`)
  return { client: services.pay(account), brandId, by: 'provider' }
}

function heldCard({ openid, user_card_code, user_card_state, pickup_time, create_time }: UserCard): HeldCard {
  return {
    openid,
    code: user_card_code,
    state: stateOfUserCard(user_card_state),
    takenAt: pickup_time ?? create_time,
  }
}
