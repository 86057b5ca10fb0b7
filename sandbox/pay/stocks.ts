import type { SandboxState } from '../state.ts'
import { wechatTime } from '../wechat-time.ts'
import type { WorldAccount, WorldStock } from '../world.ts'
import { ok, refuse, type PayCall, type PayHandler } from './pay-call.ts'
import { refusals } from './refusals.ts'
import { stockUse } from './send-coupon.ts'

const stockFacts = ({ params }: PayCall) => ({ stockId: params.stockId! })

/** GET /v3/marketing/favor/stocks/{stock_id}: for its creator and its senders (docs/wechat/pay-v3.md 2.7). */
export const readStock: PayHandler = {
  facts: stockFacts,
  handle({ state, account, params, request }) {
    const creator = request.query.get('stock_creator_mchid')
    if (!creator) return refuse(refusals.param_error, '参数“创建批次的商户号”是必填项')
    if (!state.world.accounts.some((each) => each.mchid === creator)) return refuse(refusals.mch_not_exists)
    const stock = state.world.stocks.find((each) => each.stock_id === params.stockId)
    if (!stock || stock.stock_creator_mchid !== creator) return refuse(refusals.stock_not_found)
    if (!mayRead(account, stock)) return refuse(refusals.no_permission)
    return ok(stockBody(state, stock, account.mchid))
  },
}

/** GET /v3/marketing/favor/stocks: the caller's own stocks, page by page (docs/wechat/pay-v3.md 2.6). */
export const listStocks: PayHandler = {
  handle({ state, account, request }) {
    const offset = Number(request.query.get('offset') ?? Number.NaN)
    const limit = Number(request.query.get('limit') ?? Number.NaN)
    if (!Number.isInteger(offset) || !Number.isInteger(limit)) return refuse(refusals.param_error, '分页参数必填')
    if (limit < 1 || limit > 10) return refuse(refusals.param_error, '页大小超过阈值')
    if (request.query.get('stock_creator_mchid') !== account.mchid) return refuse(refusals.no_permission)
    const status = request.query.get('status')
    const mine = state.world.stocks.filter(
      (stock) => stock.stock_creator_mchid === account.mchid && (!status || stock.status === status),
    )
    const page = mine.slice(offset * limit, (offset + 1) * limit)
    const data = page.map((stock) => stockBody(state, stock, account.mchid))
    return ok({ total_count: mine.length, limit, offset, data })
  },
}

/** GET …/merchants: where its coupons can be used; only for the creator (docs/wechat/pay-v3.md 2.9). */
export const listStockMerchants: PayHandler = {
  facts: stockFacts,
  handle({ state, account, params, request }) {
    const stock = state.world.stocks.find((each) => each.stock_id === params.stockId)
    if (!stock) return refuse(refusals.stock_not_found)
    if (stock.stock_creator_mchid !== account.mchid) return refuse(refusals.no_permission)
    const data = stock.available_merchants ?? stock.senders ?? []
    const offset = Number(request.query.get('offset') ?? 0)
    if (offset > 0 && offset >= data.length) return refuse(refusals.mch_not_exists)
    return ok({
      total_count: data.length,
      data,
      offset,
      limit: Number(request.query.get('limit') ?? 50),
      stock_id: stock.stock_id,
    })
  },
}

function mayRead(account: WorldAccount, stock: WorldStock): boolean {
  return account.mchid === stock.stock_creator_mchid || (stock.senders?.includes(account.mchid) ?? false)
}

function stockBody(state: SandboxState, stock: WorldStock, reader: string): object {
  const showsTags = !stock.hides_goods_tag || reader === stock.stock_creator_mchid
  return {
    stock_id: stock.stock_id,
    stock_creator_mchid: stock.stock_creator_mchid,
    stock_name: stock.stock_name,
    status: stock.status,
    create_time: wechatTime(stock.create_time),
    ...startOf(stock),
    ...(stock.stop_time !== undefined && { stop_time: wechatTime(stock.stop_time) }),
    description: stock.description,
    stock_use_rule: {
      max_coupons: stock.max_coupons,
      max_amount: stock.max_coupons * stock.coupon_amount,
      ...(stock.max_amount_by_day !== undefined && { max_amount_by_day: stock.max_amount_by_day }),
      fixed_normal_coupon: { coupon_amount: stock.coupon_amount, transaction_minimum: stock.transaction_minimum },
      max_coupons_per_user: stock.max_coupons_per_user,
      coupon_type: 'NORMAL',
      ...(showsTags && { goods_tag: stock.goods_tag }),
      ...(stock.trade_type && { trade_type: stock.trade_type }),
      combine_use: stock.combine_use ?? true,
    },
    available_begin_time: wechatTime(stock.available_begin_time),
    available_end_time: wechatTime(stock.available_end_time),
    distributed_coupons: stockUse(state, stock.stock_id).distributed,
    no_cash: stock.no_cash,
    singleitem: false,
    stock_type: stock.stock_type,
  }
}

/** A stock of the world that runs without a known start was started when it was made. */
function startOf({ start_time, create_time, status }: WorldStock): { start_time?: string } {
  const isStarted = start_time !== undefined || (status !== 'unactivated' && status !== 'audit')
  return isStarted ? { start_time: wechatTime(start_time ?? create_time) } : {}
}
