import { randomBytes } from 'node:crypto'
import { isNotifyUrl } from '../pay/callbacks.ts'
import { ok, refuse, textOf, type PayCall, type PayHandler, type PayResult } from '../pay/pay-call.ts'
import { refusals } from '../pay/refusals.ts'
import { wechatTime } from '../wechat-time.ts'
import type { WorldCardProduct } from '../world.ts'
import type { HeldCard } from './held-card.ts'
import { noticeAddressOf } from './notice-address.ts'
import { productOf } from './products.ts'
import { userCardBody } from './user-card-body.ts'

/** The calls of 商家名片会员, for a provider that names the brand and for a brand that must not (docs/wechat/member-cards.md 2, 3). */

const cardMissing = { status: 404, code: 'RESOURCE_NOT_EXISTS', message: '会员卡不存在' }
const notTheirs = { status: 400, code: 'INVALID_REQUEST', message: '品牌ID与会员卡ID不匹配' }
const tokenMs = 3_600_000
const pageMost = 20

/** GET …/cards/{card_id} */
export const readCardTemplate: PayHandler = handler((call) =>
  withProduct(call, call.params.cardId, (product) => ok(templateBody(call, product))),
)

/** PATCH …/cards/{card_id}: of what may be changed, only where its notices go. */
export const changeCardTemplate: PayHandler = handler((call) =>
  withProduct(call, call.params.cardId, (product) => {
    const url = textOf(call.body, 'notify_url') ?? ''
    if (!isNotifyUrl(url)) return refuse(refusals.param_error, '参数 notify_url 错误')
    product.notifyUrl = url
    return ok(templateBody(call, product))
  }),
)

function templateBody({ state }: PayCall, product: WorldCardProduct): object {
  const address = noticeAddressOf(state, productOf(state, product.cardId)!)
  return {
    card_id: product.cardId,
    brand_id: product.brandId,
    appid: product.appid,
    card_type: 'NORMAL',
    code_mode: product.codeMode === 'merchant' ? 'MERCHANT_ALLOCATE' : 'SYSTEM_ALLOCATE',
    state: 'CARD_EFFECTIVE',
    ...(address !== '' && { notify_url: address }),
  }
}

/** POST …/pre-auth-tokens */
export const makePreAuthToken: PayHandler = handler((call) =>
  withProduct(call, textOf(call.body, 'card_id'), () => {
    const [cardId, openid] = [textOf(call.body, 'card_id')!, textOf(call.body, 'openid')]
    if (!openid) return refuse(refusals.openid_missing)
    const until = call.state.clock.now().getTime() + tokenMs
    const token = randomBytes(16).toString('hex')
    call.state.joinTokens.set(token, { cardId, openid, until })
    return ok({ token, expire_time: wechatTime(new Date(until)) })
  }),
)

/** GET …/user-cards */
export const listMemberCards: PayHandler = handler((call) => {
  const { query } = call.request
  const [offset, limit] = [Number(query.get('offset')), Number(query.get('limit'))]
  if (!(limit >= 1 && limit <= pageMost)) return refuse(refusals.page_too_big)
  const mine = call.state.heldCards.filter((card) => {
    const product = productOf(call.state, card.cardId)?.product
    return card.openid === query.get('openid') && product !== undefined && isCallers(call, product)
  })
  // WeChat counts records here, and pages in its older lists.
  const data = mine.slice(offset, offset + limit).map((card) => bodyOf(call, card))
  return ok({ total_count: mine.length, offset, limit, ...(data.length > 0 && { data }) })
})

/** GET …/user-cards/{code} */
export const readMemberCard: PayHandler = handler((call) => {
  const { query } = call.request
  return withProduct(call, query.get('card_id') ?? undefined, () => {
    const card = find(call, query.get('card_id'), query.get('openid'))
    return card?.code === call.params.code ? ok(bodyOf(call, card!)) : refuse(cardMissing)
  })
})

/** POST …/user-cards/{code}/confirm: without it nobody becomes a member. */
export const confirmMemberCard: PayHandler = handler((call) => {
  const cardId = textOf(call.body, 'card_id')
  return withProduct(call, cardId, (product) => {
    const card = find(call, cardId!, textOf(call.body, 'openid') ?? null)
    if (!card || card.state === 'DELETE') return refuse(cardMissing)
    if (product.codeMode === 'system' && card.code !== call.params.code) return refuse(cardMissing)
    if (card.code !== undefined && card.code !== call.params.code) return refuse(notTheirs)
    if (textOf(call.body, 'user_card_confirm_state') !== 'CREATE_CARD_SUCCESS') return refuse(refusals.param_error)
    card.code = call.params.code!
    card.state = 'EFFECTIVE'
    return ok(bodyOf(call, card))
  })
})

function handler(handle: (call: PayCall) => PayResult): PayHandler {
  return {
    handle(call) {
      if (!call.state.cardRate.allows(call.account.mchid)) return refuse(refusals.rate_limit_exceeded)
      const isBrand = call.request.path.startsWith('/brand/')
      const named = call.request.query.get('brand_id') ?? textOf(call.body, 'brand_id')
      if (isBrand === (named !== undefined && named !== null)) return refuse(refusals.param_error, '参数 brand_id 错误')
      return handle(call)
    },
    facts: ({ body, request }) => {
      const openid = textOf(body, 'openid') ?? request.query.get('openid')
      return openid ? { openid } : {}
    },
  }
}

function withProduct(
  call: PayCall,
  cardId: string | undefined,
  then: (product: WorldCardProduct) => PayResult,
): PayResult {
  if (!cardId) return refuse(refusals.param_error, '参数 card_id 必填')
  const found = productOf(call.state, cardId)
  if (!found) return refuse(cardMissing)
  return isCallers(call, found.product) ? then(found.product) : refuse(notTheirs)
}

/** The caller's own: of the brand that it names, or of itself. */
function isCallers({ account, request, body }: PayCall, product: WorldCardProduct): boolean {
  if (product.kind === 'brand') return product.brandId === account.mchid
  const named = request.query.get('brand_id') ?? textOf(body, 'brand_id')
  return product.mchid === account.mchid && product.brandId === named
}

/** The card that counts of a member is the one taken last. */
function find({ state }: PayCall, cardId: string | null, openid: string | null): HeldCard | undefined {
  return state.heldCards.findLast((card) => card.cardId === cardId && card.openid === openid)
}

function bodyOf({ state, account }: PayCall, card: HeldCard): object {
  const { product } = productOf(state, card.cardId)!
  return userCardBody(state, { account, product, words: 'call' }, card)
}
