import { memberWords, outcomes } from '../ledger/outcomes/outcomes.ts'
import { maskedOpenid } from '../members/masked-openid.ts'
import { beijingTime } from '../plumbing/clock.ts'
import { yuan } from '../plumbing/yuan.ts'
import type { ExportedGrant } from './export-page.ts'

/** The columns of docs/merchant/grants-export.md; programs read them, so that one is only ever added at the end. */
export const exportHeads = [
  '商户',
  '发放时间（北京）',
  '获得时间（北京）',
  '活动标识',
  '活动名称',
  'openid',
  '发放记录',
  '券序号',
  '批次号',
  '面额（元）',
  '使用门槛（元）',
  '发券商户号',
  '发券单号',
  '状态',
  '未发放原因',
  '券号',
  '发放结果时间（北京）',
  '获得券的支付订单',
  '使用状态',
  '使用时间（北京）',
  '使用券的支付订单',
  '优惠金额（元）',
  '使用后退回时间（北京）',
]

const states = { sent: '已发放', reserved: '待发放', refused: '未发放' } as const

export function exportRow(row: ExportedGrant, { slug, openids }: { slug: string; openids: boolean }): string[] {
  return [
    slug,
    beijingTime(row.created_at),
    beijingTime(row.earned_at),
    row.campaign,
    row.title,
    openids ? row.openid : maskedOpenid(row.openid),
    row.grant_id,
    String(row.ordinal),
    row.stock_id,
    yuan(Number(row.coupon_amount)),
    yuan(Number(row.transaction_minimum)),
    row.mchid,
    row.out_request_no,
    states[row.state],
    row.state === 'sent' || row.reason === null ? '' : causeOf(row.reason),
    row.coupon_id ?? '',
    time(row.settled_at),
    row.paid_by ?? '',
    useOf(row),
    time(row.used_at),
    row.used_in ?? '',
    row.used_amount === null ? '' : yuan(Number(row.used_amount)),
    time(row.returned_at),
  ]
}

/** `已退回`: its order was refunded in full, so that it may be used again. */
function useOf({ state, use_row, returned_at }: ExportedGrant): string {
  if (use_row !== null) return returned_at === null ? '已使用' : '已退回'
  return state === 'sent' ? '未使用' : ''
}

const causes = new Map<string, string>(outcomes.map(({ name, operator }) => [name, operator.cause]))

/** A reason that another release wrote is told in the words of a member's page. */
function causeOf(reason: string): string {
  return causes.get(reason) ?? memberWords(reason).message
}

function time(at: Date | null): string {
  return at === null ? '' : beijingTime(at)
}
