import type { VirtualTime } from './virtual-time.ts'
import type { WechatRules } from './wechat-rules.ts'

/** A coupon that exists at WeChat. */
export type WechatCoupon = {
  couponId: string
  /** Our out_request_no; undefined when another system sent it. */
  number: string | undefined
  openid: string
  stockId: string
  createdAt: number
}

export type WechatAnswer = { status: number; body: object; refused?: boolean }

export type SendRequest = { openid: string; number: string; stockId: string }

/** WeChat's side: what was given, and how a send is judged. Knows nothing of networks or signatures. */
export type Wechat = {
  rules: WechatRules
  coupons: WechatCoupon[]
  /** Sends that have arrived and are not carried out yet. */
  inHand: Set<SendRequest>
  maxPerUser: Map<string, number>
  send(request: SendRequest, random: { chance(probability: number): boolean }): WechatAnswer
  /** Another system gives a member a coupon of the stock. */
  giveElsewhere(openid: string, stockId: string): void
  list(openid: string, stockId: string | null): WechatAnswer
  /** Numbers whose refusal is remembered, and why. */
  refusedNumbers: Map<string, WechatAnswer>
}

export function openWechat(time: VirtualTime, rules: WechatRules, maxPerUser: Map<string, number>): Wechat {
  const wechat: Wechat = {
    rules,
    coupons: [],
    inHand: new Set(),
    maxPerUser,
    refusedNumbers: new Map(),
    send(request, random) {
      const remembered = wechat.refusedNumbers.get(request.number)
      if (remembered) return remembered
      const answer = judge(request, random)
      if (answer.refused && wechat.rules.remembersRefusals) wechat.refusedNumbers.set(request.number, answer)
      return answer
    },
    giveElsewhere(openid, stockId) {
      if (countOf(openid, stockId) < limitOf(stockId)) give(openid, stockId, undefined)
    },
    list(openid, stockId) {
      if (wechat.rules.listIsRefused) return refusal(403, 'NO_AUTH', '无权限')
      const data = wechat.coupons
        .filter((coupon) => coupon.openid === openid && (stockId === null || coupon.stockId === stockId))
        .map((coupon) => ({
          stock_creator_mchid: creatorMchid,
          stock_id: coupon.stockId,
          coupon_id: coupon.couponId,
          status: 'SENDED',
          create_time: new Date(time.date().getTime() - time.now() + coupon.createdAt).toISOString(),
        }))
      return { status: 200, body: { total_count: data.length, limit: 20, offset: 0, data } }
    },
  }

  const limitOf = (stockId: string) => maxPerUser.get(stockId) ?? 0
  const countOf = (openid: string, stockId: string) =>
    wechat.coupons.filter((coupon) => coupon.openid === openid && coupon.stockId === stockId).length

  function judge(request: SendRequest, random: { chance(probability: number): boolean }): WechatAnswer {
    const { openid, number, stockId } = request
    const known = wechat.coupons.findLast(
      (coupon) => coupon.number === number && time.now() - coupon.createdAt < wechat.rules.memoryMs,
    )
    if (known && (known.openid !== openid || known.stockId !== stockId))
      return refusal(400, 'RESOURCE_ALREADY_EXISTS', '请求信息不一致')
    if (known && !wechat.rules.limitsBeforeIdempotency) return { status: 200, body: { coupon_id: known.couponId } }

    const others = [...wechat.inHand].filter(
      (one) => one !== request && one.openid === openid && one.stockId === stockId,
    )
    const isFalse = others.length > 0 && random.chance(wechat.rules.falseLimitChance)
    if (isFalse) return refusal(403, 'RULE_LIMIT', '用户已达最大领券次数')
    if (countOf(openid, stockId) >= limitOf(stockId)) return final(403, 'RULE_LIMIT', '用户已达最大领券次数')
    const ofMember = wechat.coupons.filter((coupon) => coupon.openid === openid && isThisMonth(coupon)).length
    if (ofMember >= wechat.rules.monthCap) return final(400, 'INVALID_REQUEST', '暂时无法领取')
    if (known) return { status: 200, body: { coupon_id: known.couponId } }
    const ofStock = wechat.coupons.filter((coupon) => coupon.stockId === stockId).length
    if (ofStock >= wechat.rules.budget) return refusal(403, 'NOT_ENOUGH', '批次预算不足')
    return { status: 200, body: { coupon_id: give(openid, stockId, number) } }
  }

  function give(openid: string, stockId: string, number: string | undefined): string {
    const couponId = String(98_000_001 + wechat.coupons.length)
    wechat.coupons.push({ couponId, number, openid, stockId, createdAt: time.now() })
    return couponId
  }
  const monthOf = (ms: number) =>
    new Date(time.date().getTime() - time.now() + ms + 8 * 3_600_000).toISOString().slice(0, 7)
  const isThisMonth = (coupon: WechatCoupon) => monthOf(coupon.createdAt) === monthOf(time.now())

  return wechat
}

/** WeChat does not take longer over a send, however slow the network is. */
export const handlingMs = 3_000

export const creatorMchid = '1267388801'

function refusal(status: number, code: string, message: string): WechatAnswer {
  return { status, body: { code, message } }
}

/** A refusal of this member's own, which some believe WeChat to remember by the number. */
function final(status: number, code: string, message: string): WechatAnswer {
  return { ...refusal(status, code, message), refused: true }
}
