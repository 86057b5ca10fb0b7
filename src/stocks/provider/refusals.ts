import type { ProviderAct } from '../../plumbing/storage/schema/provider.ts'
import type { RefusalReply } from '../../wechat/pay/types.ts'
import type { Unknown } from './ask-until-known.ts'

/** Why WeChat refused an act, and what to do; the first row that fits counts (docs/wechat/pay-v3.md 2.0, 2.1). */
type Row = { acts?: ProviderAct[]; codes?: string[]; phrase?: string; why: string }

const rows: Row[] = [
  {
    acts: ['set_card_notices'],
    codes: ['NO_AUTH'],
    why: 'this number has no permission for these cards: WeChat opens 商家名片会员 or its older member cards, and the brand authorises its provider',
  },
  {
    acts: ['set_card_notices'],
    phrase: '创建商户号不等于调用方商户号',
    why: 'card_products.mchid: another number made the card, and only that one may do this',
  },
  {
    acts: ['set_card_notices'],
    codes: ['INVALID_REQUEST'],
    why: 'the card and its brand do not belong together, or the card is no longer given out: compare card_id, brand_id and mchid of its entry in the merchant file',
  },
  {
    acts: ['set_card_notices'],
    codes: ['RESOURCE_NOT_EXISTS', 'NOT_FOUND'],
    why: 'card_id: WeChat does not know this card',
  },
  { phrase: '回调通知产品权限', why: noProduct('营销事件推送') },
  {
    acts: ['set_callback'],
    codes: ['NO_AUTH'],
    why: noProduct('营销事件推送'),
  },
  {
    acts: ['create'],
    codes: ['NO_AUTH'],
    why: 'the creator lacks a permission: open 预充值代金券 (no_cash false) or 免充值代金券 (no_cash true) in 服务商平台 · 产品中心; an amount below 1 yuan and more than 60 per member need a special one',
  },
  {
    acts: ['create'],
    phrase: '活动未开始或已结束',
    why: 'a hidden check of WeChat refused it, most likely a word in stock_name, comment or pattern_info.description, or available_begin_time: choose a plain name',
  },
  {
    phrase: '批次发放规则',
    why: 'stock_use_rule and coupon_use_rule contradict each other in WeChat’s eyes: compare amounts, numbers and limits',
  },
  {
    phrase: '可用商户不符合规则',
    why: 'coupon_use_rule.available_merchants: one of them is not allowed; for no_cash true each must have accepted the invitation to 服务商免充值代金券 (服务商平台 · 特约商户授权产品)',
  },
  { phrase: '批次预算等于', why: 'stock_use_rule.max_amount: must be coupon_amount times max_coupons' },
  {
    acts: ['create'],
    codes: ['RESOURCE_ALREADY_EXISTS'],
    why: 'out_request_no: WeChat has made another stock under this number: give another one',
  },
  {
    phrase: '调用商户无权限',
    why: "these keys are not the creator's: only the number that made the stock may do this, with its own keys",
  },
  {
    codes: ['NOT_ENOUGH'],
    why: "the creator's balance is too low for the stock's budget: charge it (商户平台 · 账户中心 · 充值) and run the command again",
  },
  { phrase: '用户包', why: 'the list of users of the stock is still being imported: try again later' },
  { phrase: '批次状态', why: 'the state of the stock forbids it' },
  { codes: ['INVALID_REQUEST'], phrase: '活动已结束或未激活', why: 'the stock is over, or was never activated' },
  {
    acts: ['upload_image'],
    codes: ['PARAM_ERROR'],
    why: 'WeChat does not take this picture: check its kind, its size and its name',
  },
  { phrase: '回调url', why: 'notify_url: WeChat wants an https address without a query' },
  { phrase: '回调商户', why: 'mchid: WeChat wants the number of the creator' },
  { phrase: '时间格式', why: 'a time is not as WeChat wants it: write 2026-12-01T00:00:00+08:00' },
  { codes: ['RESOURCE_NOT_EXISTS'], why: 'WeChat does not know this stock' },
  { codes: ['MCH_NOT_EXISTS'], why: 'a merchant number is wrong' },
  { phrase: '非法的商户号', why: 'a merchant number is wrong' },
  { codes: ['APPID_MCHID_NOT_MATCH'], why: 'the appid is not bound to the merchant number' },
  { codes: ['SIGN_ERROR'], why: "the creator's private key, serial number or clock is wrong" },
  { codes: ['NO_AUTH', 'REQUEST_BLOCKED'], why: 'the creator lacks a permission at WeChat' },
]

function noProduct(product: string): string {
  return `the creator has not opened ${product}: open it in 服务商平台 · 产品中心, then run the command again`
}

/** One sentence: why WeChat refused, what to do, and what it said, with its Request-ID for WeChat's support. */
export function refusalSentence(act: ProviderAct, reply: RefusalReply): string {
  const field = fieldOf(reply)
  const why = field
    ? `${field}: WeChat does not take this value`
    : (rows.find((row) => fits(row, act, reply))?.why ?? fallback(reply))
  return `${why} (WeChat Pay answered ${said(reply)})`
}

/** One sentence for an act of which nobody knows whether it was done. Repeating it is safe. */
export function unknownSentence(what: string, { reply, mayHaveArrived }: Unknown): string {
  const cause = reply.kind === 'refusal' ? said(reply) : `${reply.word}${trail(reply.requestId)}`
  if (!mayHaveArrived)
    return `WeChat Pay could not be asked, so nothing was done: run the same command again (${cause})`
  return `it is not known whether ${what}: run the same command again, which does nothing twice (WeChat Pay answered ${cause})`
}

function fits({ acts, codes, phrase }: Row, act: ProviderAct, { code, message }: RefusalReply): boolean {
  return (
    (acts === undefined || acts.includes(act)) &&
    (codes === undefined || codes.includes(code)) &&
    (phrase === undefined || message.includes(phrase))
  )
}

/** WeChat names a field as `/stock_use_rule/max_coupons`. */
function fieldOf({ code, detail }: RefusalReply): string | undefined {
  const { field } = (detail ?? {}) as { field?: unknown }
  if (code !== 'PARAM_ERROR' || typeof field !== 'string') return undefined
  return field.slice(0, 200).replace(/^[/.]/, '').replaceAll('/', '.')
}

function fallback({ status }: RefusalReply): string {
  return status === 429 ? 'asked too often: wait a minute and run the command again' : 'WeChat Pay refused it'
}

function said({ status, code, message, requestId }: RefusalReply): string {
  return `${[status, code, message].filter(Boolean).join(' ')}${trail(requestId)}`
}

function trail(requestId: string | undefined): string {
  return requestId === undefined ? '' : `, Request-ID ${requestId}`
}
