import { randomBytes, randomInt } from 'node:crypto'
import type { SandboxState } from '../state.ts'
import type { WorldMerchant } from '../world.ts'
import { fault, type OfficialCall, type OfficialHandler } from './run-official.ts'
import type { UserCard } from './user-card.ts'

/** POST /card/code/decrypt (docs/wechat/official-account.md 5.3). */
export const decryptCode: OfficialHandler = {
  needsToken: true,
  handle({ state, body, appid }) {
    const sealed = String(body.encrypt_code ?? '')
    const card = state.userCards.find((each) => each.appid === appid && each.encryptCode === sealed)
    if (card) return { errcode: 0, errmsg: 'ok', code: card.code }
    // WeChat's trap: a value that is still percent-encoded gives errcode 0 and an unreadable code.
    const isStillEncoded = state.userCards.some((each) => each.encryptCode === decoded(sealed))
    if (isStillEncoded) return { errcode: 0, errmsg: 'ok', code: `${randomInt(1e6)}\u0003\u0015\ufffd\u0001` }
    return fault(40056, 'invalid code')
  },
}

/** POST /card/membercard/userinfo/get. */
export const readUserInfo: OfficialHandler = {
  needsToken: true,
  handle(call) {
    const card = cardOf(call)
    if (!card) return fault(40056, 'invalid code')
    const member = call.state.world.members.find((each) => each.openid === card.openid)
    return {
      errcode: 0,
      errmsg: 'ok',
      openid: card.openid,
      nickname: member?.nickname ?? '',
      membership_number: card.membershipNumber,
      bonus: 0,
      balance: 0,
      sex: 'UNKNOWN',
      user_card_status: card.status,
      ...(card.tellsActive && { has_active: card.hasActive }),
    }
  },
}

/** POST /card/membercard/activate: activates a card of the jump kind. */
export const activateCard: OfficialHandler = {
  needsToken: true,
  handle(call) {
    const card = cardOf(call)
    if (!card || !call.body.membership_number) return fault(40056, 'invalid code')
    card.hasActive = true
    card.membershipNumber = String(call.body.membership_number)
    return { errcode: 0, errmsg: 'ok' }
  },
}

/** POST /card/membercard/activatetempinfo/get: what the member filled in WeChat's form. */
export const readTempInfo: OfficialHandler = {
  needsToken: true,
  handle({ state, body, appid }) {
    const card = state.userCards.find((each) => each.appid === appid && each.activateTicket === body.activate_ticket)
    if (!card?.formFilled) return fault(72012, 'invalid activate ticket')
    const common = [{ name: 'USER_FORM_INFO_FLAG_MOBILE', value: '13000000000' }]
    return { errcode: 0, errmsg: 'ok', info: { common_field_list: common, custom_field_list: [] } }
  },
}

/** A member takes the merchant's card; active at once unless the card is of the jump kind. */
export function takeCard(
  state: SandboxState,
  merchant: WorldMerchant,
  openid: string,
  options: Partial<Pick<UserCard, 'cardId' | 'outerStr' | 'hasActive' | 'tellsActive' | 'formFilled'>> = {},
): UserCard {
  const isActive = options.hasActive ?? merchant.card.activation === 'auto'
  const code = String(randomInt(1e11, 1e12))
  const card: UserCard = {
    appid: merchant.officialAccount.appid,
    cardId: options.cardId ?? merchant.card.cardId,
    code,
    openid,
    // Both end in = and contain a + and a /, so that a reader's encoding error shows every time.
    encryptCode: `${randomBytes(30).toString('base64')}+/${randomBytes(5).toString('base64')}`,
    activateTicket: `${randomBytes(30).toString('base64')}/+${randomBytes(5).toString('base64')}`,
    outerStr: options.outerStr ?? '',
    status: 'NORMAL',
    hasActive: isActive,
    tellsActive: options.tellsActive ?? true,
    formFilled: options.formFilled ?? true,
    membershipNumber: isActive ? code : '',
    openedAt: state.clock.now().toISOString(),
  }
  state.userCards.push(card)
  return card
}

/** The five values that WeChat appends to the landing address, each encoded once. */
export function landingQuery(card: UserCard): string {
  return new URLSearchParams({
    card_id: card.cardId,
    encrypt_code: card.encryptCode,
    outer_str: card.outerStr,
    openid: card.openid,
    activate_ticket: card.activateTicket,
  }).toString()
}

function cardOf({ state, body, appid }: OfficialCall): UserCard | undefined {
  return state.userCards.find(
    (each) =>
      each.appid === appid && each.code === body.code && (body.card_id === undefined || each.cardId === body.card_id),
  )
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
