import { beijingDay } from '../../src/plumbing/clock.ts'
import { sleep } from '../http.ts'
import type { NumberRecord } from '../calls.ts'
import type { SandboxState, StockUse } from '../state.ts'
import type { WorldMember, WorldStock } from '../world.ts'
import { giveCoupon } from './coupon.ts'
import { crossMerchantRule } from './cross-merchant-rule.ts'
import { memberOfOpenid } from './member-of-openid.ts'
import { ok, refuse, textOf, type PayCall, type PayHandler, type PayResult } from './pay-call.ts'
import { refusals, type RefusalRow } from './refusals.ts'

type Sending = { openid: string; stockId: string; outRequestNo: string; appid: string; creator: string }

/** 5,000 yuan of face value per member, creator and calendar month (docs/wechat/pay-v3.md 3.3). */
const monthCapFen = 500_000

/** POST /v3/marketing/favor/users/{openid}/coupons (docs/wechat/pay-v3.md 3). */
export const sendCoupon: PayHandler = {
  facts: ({ params, body }) => ({
    openid: params.openid!,
    stockId: textOf(body, 'stock_id') ?? '',
    outRequestNo: textOf(body, 'out_request_no') ?? '',
  }),

  async handle(call) {
    const { state, account } = call
    if (!state.rate.allows(account.mchid)) return refuse(refusals.frequency_limited)
    const read = readSending(call)
    if ('refused' in read) return read
    const { sending } = read
    const { record: number, same } = countNumber(call, sending)
    const pair = `${sending.stockId}/${sending.openid}`
    // WeChat's false RULE_LIMIT: docs/wechat/pay-v3.md 3.3.
    if (state.sending.has(pair)) return refuse(refusals.rule_limit)
    state.sending.add(pair)
    senders.set(call, pair)
    if (state.settings.sendMs > 0) await sleep(state.settings.sendMs)
    if (number.refusal && state.settings.remembersRefusals) return refuse(number.refusal)
    const refusal = ruleAgainst(call, sending)
    if (number.couponId !== undefined && !(refusal && state.settings.limitsFirst))
      return same ? ok({ coupon_id: number.couponId }) : refuse(refusals.request_differs)
    if (!refusal) return give(call, sending)
    number.refusal ??= refusal
    return refuse(refusal)
  },

  done(call) {
    const pair = senders.get(call)
    if (pair !== undefined) call.state.sending.delete(pair)
  },
}

/** The pair that a call holds, so that the end of another call does not free it. */
const senders = new WeakMap<PayCall, string>()

function readSending({ params, body }: PayCall): { sending: Sending } | { refused: RefusalRow } {
  const missing = (field: string) => ({ refused: { ...refusals.param_error, message: `参数“${field}”是必填项` } })
  const [stockId, outRequestNo, appid, creator] = ['stock_id', 'out_request_no', 'appid', 'stock_creator_mchid'].map(
    (field) => textOf(body, field),
  )
  if (!stockId) return missing('批次id')
  if (!outRequestNo || !/^[A-Za-z0-9|_*-]{1,128}$/.test(outRequestNo)) return missing('商户单据号')
  if (!appid) return missing('公众账号ID')
  if (!creator) return missing('创建批次的商户号')
  if ('coupon_value' in body || 'coupon_minimum' in body) return { refused: refusals.param_error }
  return { sending: { openid: params.openid!, stockId, outRequestNo, appid, creator } }
}

/** Counts every use of a number, and returns what is known of it and whether it came with the same data. */
function countNumber(call: PayCall, sending: Sending): { record: NumberRecord; same: boolean } {
  const { numbers } = call.state
  const { outRequestNo, openid, stockId } = sending
  const { mchid } = call.account
  const key = `${mchid}/${outRequestNo}`
  const known = numbers.get(key)
  if (!known) {
    const fresh: NumberRecord = { mchid, outRequestNo, seen: 1, openid, stockId, conflicts: 0 }
    numbers.set(key, fresh)
    return { record: fresh, same: true }
  }
  const same = known.openid === openid && known.stockId === stockId
  known.seen++
  if (!same) known.conflicts++
  return { record: known, same }
}

function ruleAgainst({ state, account }: PayCall, sending: Sending): RefusalRow | undefined {
  const { world } = state
  if (!account.appids.includes(sending.appid)) return refusals.appid_mchid_mismatch
  const owner = world.merchants.find((merchant) => merchant.officialAccount.appid === sending.appid)
  if (!owner || !sending.openid.startsWith(owner.officialAccount.openidPrefix)) return refusals.openid_appid_mismatch
  if (!world.accounts.some((each) => each.mchid === sending.creator)) return refusals.mch_not_exists
  const stock = world.stocks.find((each) => each.stock_id === sending.stockId)
  if (!stock) return refusals.stock_not_found
  if (stock.stock_creator_mchid !== sending.creator) return refusals.param_error
  if (stock.stock_type !== 'NORMAL') return refusals.not_by_api
  return crossMerchantRule(world, account, stock) ?? stockRule(state, stock) ?? memberRule(state, stock, sending.openid)
}

function stockRule(state: SandboxState, stock: WorldStock): RefusalRow | undefined {
  const now = state.clock.now()
  if (stock.status !== 'running') return refusals.stock_ended_or_inactive
  if (now < new Date(stock.available_begin_time) || now >= new Date(stock.available_end_time)) {
    return refusals.not_started_or_ended
  }
  const use = stockUse(state, stock.stock_id)
  if (use.distributed >= stock.max_coupons) return refusals.not_enough
  const today = use.perDay.get(beijingDay(now)) ?? 0
  if (stock.max_amount_by_day !== undefined && today + stock.coupon_amount > stock.max_amount_by_day) {
    return refusals.day_limit
  }
  return undefined
}

function memberRule(state: SandboxState, stock: WorldStock, openid: string): RefusalRow | undefined {
  const member = memberOfOpenid(state.world, openid)
  if (member?.abnormal && stock.prevent_api_abuse) return refusals.user_abnormal
  if (member?.blocked) return refusals.user_blocked
  const received = stockUse(state, stock.stock_id).perPerson.get(personOf(stock, member, openid)) ?? 0
  if (received >= stock.max_coupons_per_user) return refusals.rule_limit
  const sum = state.monthSums.get(monthKey(state, stock, openid)) ?? 0
  return sum + stock.coupon_amount > monthCapFen ? refusals.month_cap : undefined
}

function give({ state, account }: PayCall, sending: Sending): PayResult {
  const { openid, stockId, outRequestNo, appid } = sending
  const stock = state.world.stocks.find((each) => each.stock_id === stockId)!
  const member = memberOfOpenid(state.world, openid)
  const coupon = giveCoupon(state, { stockId, openid, appid, mchid: account.mchid, outRequestNo })
  const use = stockUse(state, stockId)
  use.distributed++
  add(use.perPerson, personOf(stock, member, openid), 1)
  add(use.perDay, beijingDay(state.clock.now()), stock.coupon_amount)
  add(state.monthSums, monthKey(state, stock, openid), stock.coupon_amount)
  state.numbers.get(`${account.mchid}/${outRequestNo}`)!.couponId = coupon.couponId
  return ok({ coupon_id: coupon.couponId })
}

/** How much of a stock has been given; nothing for one that was never sent. */
export function stockUse(state: SandboxState, stockId: string): StockUse {
  const known = state.stockUse.get(stockId)
  if (known) return known
  const fresh: StockUse = { distributed: 0, used: 0, perPerson: new Map(), perDay: new Map() }
  state.stockUse.set(stockId, fresh)
  return fresh
}

/** 自然人限制: several openids of one identity count as one. */
function personOf(stock: WorldStock, member: WorldMember | undefined, openid: string): string {
  return stock.natural_person_limit && member?.person ? `person/${member.person}` : openid
}

function monthKey(state: SandboxState, stock: WorldStock, openid: string): string {
  return `${stock.stock_creator_mchid}/${openid}/${beijingDay(state.clock.now()).slice(0, 6)}`
}

function add(sums: Map<string, number>, key: string, amount: number): void {
  sums.set(key, (sums.get(key) ?? 0) + amount)
}
