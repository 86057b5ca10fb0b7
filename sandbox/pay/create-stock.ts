import type { World, WorldAccount, WorldStock } from '../world.ts'
import { wechatTime } from '../wechat-time.ts'
import { createRefusal } from './create-rules.ts'
import { ok, refuse, textOf, type PayCall, type PayHandler, type PayResult } from './pay-call.ts'
import { isOpen } from '../open-products.ts'
import { refusals, type RefusalRow } from './refusals.ts'

/**
 * POST /v3/marketing/favor/coupon-stocks: the same number with the same data is the same stock; it has no senders, since
 * the call has no field for them (docs/wechat/pay-v3.md 2.1).
 */
export const createStock: PayHandler = {
  facts({ body }) {
    const outRequestNo = textOf(body, 'out_request_no')
    return outRequestNo === undefined ? {} : { outRequestNo }
  },
  handle(call) {
    const { state, account, body } = call
    const request = inOrder(body)
    const known = state.world.stocks.find(
      ({ made, stock_creator_mchid }) =>
        made !== undefined && made.outRequestNo === body.out_request_no && stock_creator_mchid === account.mchid,
    )
    if (known) return known.made!.request === request ? created(known) : refuse(refusals.stock_differs)
    const refusal = rightRefusal(account, body) ?? createRefusal(body, state.clock.now())
    if (refusal) return refuse(refusal)
    const sold = merchantsRefusal(state.world, account, body)
    if (sold) return refuse(sold)
    const stock = stockOf(call, request)
    state.world.stocks.push(stock)
    return created(stock)
  },
}

function rightRefusal(account: WorldAccount, body: Record<string, unknown>): RefusalRow | undefined {
  if (body.belong_merchant !== undefined && body.belong_merchant !== account.mchid) return refusals.no_permission
  return isOpen(account, body.no_cash === true ? 'no_prefund' : 'prefunded') ? undefined : refusals.special_permission
}

/** What is not prefunded costs the merchants where it is used: they must have accepted the provider's invitation. */
function merchantsRefusal(world: World, account: WorldAccount, body: Record<string, unknown>): RefusalRow | undefined {
  const { invitations } = world
  if (body.no_cash !== true || !invitations) return undefined
  const { available_merchants: merchants } = body.coupon_use_rule as { available_merchants: string[] }
  const mayUse = (mchid: string) =>
    mchid === account.mchid ||
    invitations.some((one) => one.provider === account.mchid && one.merchant === mchid && one.state === 'accepted')
  return merchants.every(mayUse) ? undefined : refusals.merchants_not_allowed
}

function created({ stock_id, create_time }: WorldStock): PayResult {
  return ok({ stock_id, create_time: wechatTime(create_time) })
}

function stockOf({ state, account, body }: PayCall, request: string): WorldStock {
  const rule = body.stock_use_rule as Pick<
    WorldStock,
    'max_coupons' | 'max_amount_by_day' | 'max_coupons_per_user' | 'natural_person_limit' | 'prevent_api_abuse'
  >
  const use = body.coupon_use_rule as Pick<WorldStock, 'trade_type' | 'combine_use' | 'available_merchants'> & {
    goods_tag?: string[]
    fixed_normal_coupon: Pick<WorldStock, 'coupon_amount' | 'transaction_minimum'>
  }
  const { max_amount_by_day: byDay } = rule
  const look = body.pattern_info as { description: string } | undefined
  return {
    stock_id: state.nextId(8),
    stock_creator_mchid: account.mchid,
    stock_name: body.stock_name as string,
    description: look?.description ?? '',
    status: 'unactivated',
    stock_type: 'NORMAL',
    no_cash: body.no_cash as boolean,
    create_time: state.clock.now().toISOString(),
    available_begin_time: body.available_begin_time as string,
    available_end_time: body.available_end_time as string,
    ...use.fixed_normal_coupon,
    max_coupons: rule.max_coupons,
    max_coupons_per_user: rule.max_coupons_per_user,
    ...(byDay !== undefined && { max_amount_by_day: byDay }),
    goods_tag: use.goods_tag ?? [],
    senders: null,
    natural_person_limit: rule.natural_person_limit,
    prevent_api_abuse: rule.prevent_api_abuse,
    ...(use.trade_type && { trade_type: use.trade_type }),
    ...(use.combine_use !== undefined && { combine_use: use.combine_use }),
    available_merchants: use.available_merchants!,
    made: { outRequestNo: body.out_request_no as string, request },
  }
}

/** JSON in which the order of keys does not count. */
function inOrder(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  )
}
