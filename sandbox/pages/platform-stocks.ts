import type { SandboxControl } from '../control.ts'
import type { WorldStock } from '../world.ts'
import { beijingTime, yuan } from './format.ts'

const statusNames = { unactivated: '未激活', audit: '审核中', running: '运营中', stoped: '已停止', paused: '已暂停' }

/** The acts that 管理代金券 offers in each state of a stock. */
const offered: Record<WorldStock['status'], { act: string; label: string; quiet?: boolean }[]> = {
  unactivated: [
    { act: 'activate-stock', label: '激活' },
    { act: 'stop-stock', label: '作废', quiet: true },
  ],
  audit: [],
  running: [
    { act: 'pause-stock', label: '暂停', quiet: true },
    { act: 'stop-stock', label: '终止', quiet: true },
  ],
  paused: [
    { act: 'restart-stock', label: '恢复' },
    { act: 'stop-stock', label: '终止', quiet: true },
  ],
  stoped: [],
}

/** The stocks of a provider for 管理代金券, newest first, with counts that move. */
export function platformStocks(control: SandboxControl, creator: string, sender: string): object[] {
  const mine = control.state.world.stocks.filter((stock) => stock.stock_creator_mchid === creator)
  return mine.toReversed().map((each) => {
    const stock = control.stock(each.stock_id)
    return {
      ...stock,
      rule: `满 ${yuan(stock.transaction_minimum)} 减 ${yuan(stock.coupon_amount)}`,
      kind: stock.no_cash ? '免充值' : '预充值',
      until: beijingTime(stock.available_end_time).slice(0, 10),
      isOver: control.state.clock.now() >= new Date(stock.available_end_time),
      statusName: statusNames[stock.status],
      acts: offered[stock.status],
      isSendable: stock.senders?.includes(sender) ?? false,
    }
  })
}
