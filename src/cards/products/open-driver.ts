import type { CardProduct, Merchant } from '../../merchants/merchant.ts'
import type { Services } from '../../services.ts'
import {
  activateOpenCard,
  decryptOpenCode,
  findOpenForm,
  listOpenCards,
  type OpenCard,
  readOpenCard,
  readOpenTemplate,
} from '../../wechat/membercard-open/calls.ts'
import type { PayClient, PayReply } from '../../wechat/pay/types.ts'
import { type CardDriver, type HeldCard, type Told, toldBy } from './driver.ts'
import { inTurn } from './turns.ts'

/** What only membercard-open has: a landing page with a sealed code and a ticket, and activation by the merchant. */
export type OpenDriver = CardDriver & {
  decrypt(encryptCode: string): Promise<Told<string>>
  /** Whether the member filled in WeChat's form. */
  form(ticket: string): Promise<Told<unknown>>
  activate(code: string): Promise<Told<unknown>>
}

/** membercard-open, called by the number that made the card. */
export function openDriver(services: Services, merchant: Merchant, product: CardProduct): OpenDriver {
  const { cardId } = product
  const client = openCardClient(services, merchant, product)
  const ask = <T>(call: () => Promise<PayReply<T>>) => inTurn(services, client, call)
  const same = <T>(value: T): T => value

  return {
    appid: async () => toldBy(await ask(() => readOpenTemplate(client, cardId)), ({ appid }) => appid),
    read: async ({ code }) => toldBy(await ask(() => readOpenCard(client, { cardId, code })), heldCard),
    list: async (openid) =>
      toldBy(await ask(() => listOpenCards(client, openid)), ({ data }) =>
        data
          .filter((card) => card.card_id === cardId)
          .map(({ code }) => ({ openid, code, state: 'not_told', takenAt: undefined }) as const),
      ),
    decrypt: async (encryptCode) =>
      toldBy(await ask(() => decryptOpenCode(client, { cardId, encryptCode })), ({ code }) => code),
    form: async (ticket) => toldBy(await ask(() => findOpenForm(client, ticket)), same),
    activate: async (code) => toldBy(await ask(() => activateOpenCard(client, { cardId, code })), same),
  }
}

/** The client of the number that made the card. */
export function openCardClient(services: Services, merchant: Merchant, product: CardProduct): PayClient {
  const account = merchant.accounts.find(({ mchid }) => mchid === product.mchid)
  if (!account) throw new Error(`card ${product.cardId} is signed by a number that the merchant does not have`)
  return services.pay(account)
}

function heldCard({ openid, code, user_card_status: status }: OpenCard): HeldCard {
  const state = status === undefined ? 'not_told' : (states[status] ?? 'gone')
  return { openid, code, state, takenAt: undefined }
}

const states: Record<string, HeldCard['state']> = { EFFECTIVE: 'active', NOT_ACTIVATE: 'inactive' }
