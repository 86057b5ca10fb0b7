import { beijingTime, dayMs } from '../../../../plumbing/clock.ts'
import type { Campaign } from '../../../../plumbing/storage/schema/campaign.ts'
import type { Stock } from '../../../../plumbing/storage/schema/stock.ts'
import type { Forecast } from '../../../../stocks/forecast.ts'

/** A state as the part `tag` shows it. */
export type Tag = { state: 'good' | 'wait' | 'bad' | 'off'; text: string }

/** WeChat's states (docs/wechat/pay-v3.md 2.7). */
const states: Record<string, Tag> = {
  running: { state: 'good', text: '运行中' },
  paused: { state: 'wait', text: '暂停发放' },
  unactivated: { state: 'wait', text: '未激活' },
  audit: { state: 'wait', text: '审核中' },
  stoped: { state: 'off', text: '已停止' },
}

/** What WeChat last told of a stock, as one state. */
export function stateTag(stock: Pick<Stock, 'status' | 'available_end'>, now: Date): Tag {
  if (stock.status !== 'stoped' && stock.available_end <= now) return { state: 'off', text: '已到期' }
  return states[stock.status] ?? { state: 'off', text: `未知（${stock.status}）` }
}

export function shelfTag({ on_shelf }: Pick<Stock, 'on_shelf'>): Tag {
  return on_shelf ? { state: 'good', text: '上架' } : { state: 'off', text: '下架' }
}

/** Every stock of ours is 满减: others cannot be imported. */
export function kindWords({ no_cash }: { no_cash: boolean | null | undefined }): string {
  return `满减 · ${no_cash ? '免充值' : '预充值'}`
}

/** When none is left at the present pace. */
export function forecastWords({ left, perDay, daysLeft }: Forecast, stock: Stock, now: Date): string {
  if (left === 0) return '已发完'
  if (perDay === undefined) return '—（同步不足 1 小时）'
  if (daysLeft === undefined) return '—（近 7 天没有发放）'
  const at = now.getTime() + daysLeft * dayMs
  if (at > stock.available_end.getTime()) return '到期前发不完'
  const [day, today] = [beijingTime(new Date(at)), beijingTime(now)]
  return `约 ${day.slice(day.slice(0, 4) === today.slice(0, 4) ? 5 : 0, 10)}`
}

/** How long ago, for beside a time: `3 分钟前`. */
export function agoWords(at: Date, now: Date): string {
  const minutes = Math.floor((now.getTime() - at.getTime()) / 60_000)
  if (minutes < 1) return '刚刚'
  if (minutes < 60) return `${minutes} 分钟前`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} 小时前` : `${Math.floor(hours / 24)} 天前`
}

export const campaignKinds: Record<Campaign['kind'], string> = {
  link: '领券链接',
  card_open: '开卡有礼',
  spend: '消费有礼',
}
