import type { WorldStock } from '../world.ts'
import { wechatTime } from '../wechat-time.ts'
import { refuse, ok, textOf, type PayCall, type PayHandler } from './pay-call.ts'
import { refusals, type RefusalRow } from './refusals.ts'

/** POST …/start, …/pause, …/restart: only for the creator (docs/wechat/pay-v3.md 2.2, 2.4, 2.5). */
export const startStock = stockChange('unactivated', 'start_time', begin)
export const pauseStock = stockChange('running', 'pause_time')
export const restartStock = stockChange('paused', 'restart_time')

/** Some have met SYSTEM_ERROR when they started a stock at once. */
const freshMs = 60_000

function stockChange(
  from: WorldStock['status'],
  timeField: string,
  before: (call: PayCall, stock: WorldStock) => RefusalRow | undefined = () => undefined,
): PayHandler {
  const to = from === 'running' ? 'paused' : 'running'
  return {
    facts: ({ params }) => ({ stockId: params.stockId! }),
    handle(call) {
      const { state, account, params, body } = call
      const stock = state.world.stocks.find((each) => each.stock_id === params.stockId)
      if (!stock) return refuse(refusals.stock_not_found)
      const isCreator = account.mchid === stock.stock_creator_mchid
      if (!isCreator || textOf(body, 'stock_creator_mchid') !== account.mchid) return refuse(refusals.no_permission)
      if (stock.stock_type === 'DISCOUNT_CUT') return refuse(refusals.wrong_status)
      if (stock.status !== from && stock.status !== to) return refuse(refusals.wrong_status)
      const refusal = stock.status === from ? before(call, stock) : undefined
      if (refusal) return refuse(refusal)
      stock.status = to
      return ok({ [timeField]: wechatTime(state.clock.now()), stock_id: stock.stock_id })
    },
  }
}

/** Locks the budget of a prefunded stock from its creator's balance. */
function begin({ state, account }: PayCall, stock: WorldStock): RefusalRow | undefined {
  const now = state.clock.now()
  if (state.settings.freshStocksFail && now.getTime() - new Date(stock.create_time).getTime() < freshMs) {
    return refusals.system_error
  }
  const budget = stock.no_cash ? 0 : stock.max_coupons * stock.coupon_amount
  if (account.balance !== undefined && budget > account.balance) return refusals.balance_low
  if (account.balance !== undefined) {
    account.balance -= budget
    stock.locked = budget
  }
  stock.start_time = now.toISOString()
  return undefined
}
