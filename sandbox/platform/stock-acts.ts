import { isOpen } from '../open-products.ts'
import { stockUse } from '../pay/send-coupon.ts'
import type { SandboxState } from '../state.ts'
import type { WorldStock } from '../world.ts'
import { accountAt, stockAt } from './look-up.ts'
import { PlatformRefusal } from './platform-refusal.ts'

/** As often quoted, and unconfirmed (docs/wechat/pay-v3.md 2.1). */
const sendersAtMost = 10

type Input = { stock_id: string }

/** 草稿箱/待激活 → 运营中; a prefunded stock locks its whole budget (docs/wechat/pay-v3.md 2.2). */
export function activateStock(state: SandboxState, { stock_id }: Input): WorldStock {
  const stock = stockIn(state, stock_id, ['unactivated'])
  if (!stock.no_cash) lockBudget(state, stock)
  stock.status = 'running'
  stock.start_time = state.clock.now().toISOString()
  return stock
}

export function pauseStockByHand(state: SandboxState, { stock_id }: Input): WorldStock {
  return Object.assign(stockIn(state, stock_id, ['running']), { status: 'paused' as const })
}

export function restartStockByHand(state: SandboxState, { stock_id }: Input): WorldStock {
  return Object.assign(stockIn(state, stock_id, ['paused']), { status: 'running' as const })
}

/** For good; what was locked for coupons that were not given comes back. */
export function stopStock(state: SandboxState, { stock_id }: Input): WorldStock {
  const stock = stockIn(state, stock_id, ['unactivated', 'running', 'paused'])
  const creator = accountAt(state, stock.stock_creator_mchid)
  if (stock.locked !== undefined && creator.balance !== undefined) {
    creator.balance += stock.locked - stockUse(state, stock_id).distributed * stock.coupon_amount
    delete stock.locked
  }
  stock.status = 'stoped'
  stock.stop_time = state.clock.now().toISOString()
  return stock
}

/** 可发券商户 of a stock that was made with 跨商户发券. Whether WeChat allows it later is not known. */
export function addSender(state: SandboxState, input: Input & { mchid: string }): WorldStock {
  const stock = stockAt(state, input.stock_id)
  const { mchid } = accountAt(state, input.mchid)
  if (!stock.senders) throw new PlatformRefusal('这个批次不支持跨商户发券：请重新创建一个批次')
  if (stock.senders.includes(mchid)) throw new PlatformRefusal('这个商户已经可以发券')
  if (stock.senders.length >= sendersAtMost) throw new PlatformRefusal(`可发券商户最多 ${sendersAtMost} 个`)
  stock.senders.push(mchid)
  return stock
}

function stockIn(state: SandboxState, stockId: string, statuses: WorldStock['status'][]): WorldStock {
  const stock = stockAt(state, stockId)
  if (!statuses.includes(stock.status)) throw new PlatformRefusal('批次现在的状态不能这样操作')
  return stock
}

function lockBudget(state: SandboxState, stock: WorldStock): void {
  const creator = accountAt(state, stock.stock_creator_mchid)
  const budget = stock.max_coupons * stock.coupon_amount
  if (!isOpen(creator, 'prefunded')) throw new PlatformRefusal('服务商号还没有开通预充值代金券')
  if (creator.balance === undefined) return
  if (creator.balance < budget) throw new PlatformRefusal('余额不足，请先给服务商号充值')
  creator.balance -= budget
  stock.locked = budget
}
