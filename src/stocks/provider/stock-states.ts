import type { StockChange } from '../../wechat/pay/change-stock.ts'

/** WeChat's words for the state of a stock (docs/wechat/pay-v3.md 2.7). */
const words: Record<string, string> = {
  unactivated: '未激活',
  audit: '审核中',
  running: '运行中',
  stoped: '已停止',
  paused: '暂停发放',
}

/** The state that each act brings about. */
export const wantedState: Record<StockChange, string> = { start: 'running', pause: 'paused', restart: 'running' }

const stopped = 'a stopped stock never runs again: make a new one'
const inReview = "wait for the end of WeChat's review"

/** What to do instead, by act and state (docs/wechat/pay-v3.md 2.2, 2.4, 2.5). */
const instead: Record<StockChange, Record<string, string>> = {
  start: { audit: inReview, paused: 'use stock restart', stoped: stopped },
  pause: { unactivated: 'nothing of it can be sent yet', audit: inReview, stoped: 'nothing of it is sent any more' },
  restart: { unactivated: 'use stock activate', audit: inReview, stoped: stopped },
}

export function stateInWords(status: string): string {
  return `${words[status] ?? '未知'} (${status})`
}

/** The sentence for a state that forbids the act; undefined when it does not. */
export function forbiddenBy(change: StockChange, status: string): string | undefined {
  const cure = instead[change][status]
  return cure === undefined ? undefined : `it is ${stateInWords(status)}: ${cure}`
}
