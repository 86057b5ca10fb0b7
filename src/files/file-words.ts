import { shownDay } from '../plumbing/calendar-day.ts'
import type { FileKind } from '../plumbing/storage/schema.ts'
import type { WechatFile } from './wechat-file.ts'

const kinds: Record<FileKind, string> = {
  trade_bill: '交易账单',
  use_flow: '核销明细',
  refund_flow: '退券明细',
  use_flow_whole: '整个活动的核销明细',
  refund_flow_whole: '整个活动的退券明细',
}

/** `商户号 1601400973 的 2026-11-23 交易账单`, `批次 16246120 的 2026-11-23 核销明细`. */
export function fileName({ kind, mchid, stock_id, day }: Pick<WechatFile, 'kind' | 'mchid' | 'stock_id' | 'day'>) {
  const whose = stock_id === null ? `商户号 ${mchid}` : `批次 ${stock_id}`
  return `${whose} 的 ${shownDay(day)} ${kinds[kind]}`
}
