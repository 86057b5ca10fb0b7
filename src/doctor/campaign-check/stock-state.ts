import { beijingTime } from '../../plumbing/clock.ts'
import type { Stock } from '../../plumbing/storage/schema/stock.ts'
import { anyClosed } from '../../stocks/stock-state.ts'
import { stockMisfits } from '../../campaigns/stock-misfits.ts'
import { ask, type CampaignFinding, good, ofStock, stop } from './campaign-finding.ts'
import type { Checked } from './checked.ts'

/** Three syncs of the job were missed. */
const oldMinutes = 15

/** Whether WeChat gives coupons of each stock, how old that news is, and whether operators still want it used. */
export function checkStates({ offers, missing, campaign, now }: Checked): CampaignFinding[] {
  const unknown = missing.map((id) => stop(`批次 ${id} 还没有导入`, '在「微信优惠券」导入它，或换一个已导入的批次'))
  if (offers.length === 0 && unknown.length === 0) return [stop('活动没有选优惠券', '在活动里至少选一个批次')]
  return [...unknown, ...offers.flatMap(({ stock }) => stateOf(stock, stockMisfits(stock, campaign), now))]
}

function stateOf(stock: Stock, misfits: string[], now: Date): CampaignFinding[] {
  const minutes = Math.floor((now.getTime() - stock.synced_at.getTime()) / 60_000)
  const state = runs(stock, now)
  const found = [state ?? good(`${ofStock(stock)}运行中（${minutes < 1 ? '刚刚' : `${minutes} 分钟前`}同步）`)]
  if (minutes >= oldMinutes)
    found.push(
      ask(
        `${ofStock(stock)}的状态是 ${minutes} 分钟前同步的，之后没有同步成功${stock.sync_problem ? `：${stock.sync_problem}` : ''}`,
        '在批次页点“同步”，看到新状态再发布',
      ),
    )
  if (misfits.includes('off_shelf'))
    found.push(ask(`${ofStock(stock)}已下架`, '确实要继续用就在批次页上架，否则换一个批次'))
  return found
}

function runs(stock: Stock, now: Date): CampaignFinding | undefined {
  const { status, available_end } = stock
  if (status === 'stoped') return stop(`${ofStock(stock)}已永久停止`, '请服务商新建批次，导入后在活动里换用')
  if (now >= available_end)
    return stop(`${ofStock(stock)}已于 ${beijingTime(available_end)} 到期`, '请服务商新建批次，导入后在活动里换用')
  if (status === 'paused') return stop(`${ofStock(stock)}在微信已暂停发放`, '在批次页恢复发放，或请服务商在平台恢复')
  if (status === 'running') return undefined
  // Of its begin the window tells.
  if (anyClosed([{ stock: { ...stock, available_begin: now } }], now))
    return stop(`${ofStock(stock)}还没有激活（${status}）`, '在批次页激活，或请服务商在平台激活')
  return ask(`${ofStock(stock)}的状态是微信新增的 ${status}`, '请服务商在平台确认可以发放')
}
