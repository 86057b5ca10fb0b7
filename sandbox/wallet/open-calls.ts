import { isNotifyUrl } from '../pay/callbacks.ts'
import { ok, refuse, textOf, type PayCall, type PayHandler, type PayResult } from '../pay/pay-call.ts'
import { refusals } from '../pay/refusals.ts'
import { pushNotice } from '../push/pay-notification.ts'
import type { WorldCardProduct } from '../world.ts'
import type { HeldCard } from './held-card.ts'
import { noticeAddressOf } from './notice-address.ts'
import { openNotice } from './open-notice.ts'
import { productOf } from './products.ts'
import { sealed } from './user-card-body.ts'

/** The calls of membercard-open (docs/wechat/member-cards.md 4). */

const cardMissing = { status: 400, code: 'INVALID_REQUEST', message: '会员卡ID无效' }
const notTheirs = { status: 400, code: 'INVALID_REQUEST', message: '会员卡的创建商户号不等于调用方商户号' }
const takenBefore = { status: 400, code: 'INVALID_REQUEST', message: '会员已经领取过该卡' }
const notFound = { status: 404, code: 'RESOURCE_NOT_EXISTS', message: '查询的资源不存在' }

/** GET /cards/{card_id} */
export const readOpenTemplate = handler((call) =>
  withProduct(call, ({ cardId, appid }) => ok({ card_id: cardId, appid, code_mode: 'SYSTEM_ALLOCATE' })),
)

/** GET /cards/{card_id}/decrypt-code */
export const decryptOpenCode = handler((call) =>
  withProduct(call, ({ cardId }) => {
    const sealedCode = call.request.query.get('encrypt_code')
    const card = call.state.heldCards.find((each) => each.cardId === cardId && each.encryptCode === sealedCode)
    return card ? ok({ code: card.code! }) : refuse(refusals.param_error)
  }),
)

/** GET /activate-informations/{ticket}: what the member filled in, in clear: nobody else may have it. */
export const readOpenForm = handler(({ state, params, account }) => {
  const card = state.heldCards.find((each) => each.activateTicket === params.ticket)
  if (!card) return refuse(notFound)
  const phone = { name: 'USER_FORM_FLAG_MOBILE', value: sealed(state, account, card.phone) }
  return ok({ nickname: '李雷', user_information: { common_field_list: [phone], custom_field_list: [] } })
})

/** GET /cards/{card_id}/codes/{code} */
export const readOpenCard = handler((call) =>
  withProduct(call, ({ cardId }) => {
    const card = cardOf(call, cardId)
    if (!card) return refuse(notFound)
    const { openid, code, state, phone } = card
    const user_information = {
      common_field_list: [{ name: 'USER_FORM_FLAG_MOBILE', value: sealed(call.state, call.account, phone) }],
    }
    return ok({ card_id: cardId, code, openid, user_card_status: statusWords[state], user_information })
  }),
)

/** POST /cards/{card_id}/codes/{code}/activate */
export const activateOpenCard = handler((call) =>
  withProduct(call, ({ cardId }) => {
    const card = cardOf(call, cardId)
    if (!card || card.state === 'DELETE') return refuse(notFound)
    if (card.state === 'EFFECTIVE') return refuse(takenBefore)
    card.state = 'EFFECTIVE'
    const told = { cardId, openid: card.openid, event: 'ACTIVATE_CARD' } as const
    if (card.tells) void pushNotice(call.state, openNotice(call.state, told))
    return ok({})
  }),
)

/** GET /user/cards; `offset` counts pages. */
export const listOpenCards = handler(({ state, request, account }) => {
  const openid = request.query.get('openid')
  const mine = state.heldCards.filter(
    (card) => card.openid === openid && productOf(state, card.cardId)?.product.mchid === account.mchid,
  )
  const data = mine.map(({ cardId, code }) => ({ card_id: cardId, code }))
  return ok({ total_count: mine.length, offset: 0, limit: 20, data })
})

/** GET /callback: the one address of all cards of the calling number. */
export const readOpenCallback = handler((call) => {
  const [first] = ownProducts(call)
  const set = first && noticeAddressOf(call.state, first)
  return set ? ok({ notify_url: set, mchid: call.account.mchid }) : refuse(refusals.no_callback)
})

/** PATCH /callback: replaces it. */
export const setOpenCallback = handler((call) => {
  const url = textOf(call.body, 'notify_url') ?? ''
  if (!isNotifyUrl(url)) return refuse(refusals.param_error, '参数 notify_url 错误')
  for (const { product } of ownProducts(call)) product.notifyUrl = url
  return ok({ notify_url: url, mchid: call.account.mchid })
})

const statusWords = { UNACTIVATED: 'NOT_ACTIVATE', EFFECTIVE: 'EFFECTIVE', DELETE: 'DELETE' }

function handler(handle: (call: PayCall) => PayResult): PayHandler {
  return {
    handle: (call) =>
      call.state.cardRate.allows(call.account.mchid) ? handle(call) : refuse(refusals.rate_limit_exceeded),
  }
}

function withProduct(call: PayCall, then: (product: WorldCardProduct) => PayResult): PayResult {
  const product = productOf(call.state, call.params.cardId!)?.product
  if (!product || product.kind !== 'membercard_open') return refuse(cardMissing)
  return product.mchid === call.account.mchid ? then(product) : refuse(notTheirs)
}

function ownProducts({ state, account }: PayCall) {
  return state.world.merchants.flatMap((merchant) =>
    (merchant.cardProducts ?? [])
      .filter(({ kind, mchid }) => kind === 'membercard_open' && mchid === account.mchid)
      .map((product) => ({ merchant, product })),
  )
}

function cardOf({ state, params }: PayCall, cardId: string): HeldCard | undefined {
  return state.heldCards.find((card) => card.cardId === cardId && card.code === params.code)
}
