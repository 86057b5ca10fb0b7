import type { StockSpec } from '../platform/stock-spec.ts'
import type { TradeScene } from '../world.ts'
import { words } from './words.ts'

/** 创建全场券 as it was filled in: yuan, days in Beijing, empty fields for what is not wanted. */
export function stockOfForm(form: URLSearchParams): StockSpec {
  const text = (name: string) => form.get(name)?.trim() ?? ''
  const optional = (name: string) => text(name) || undefined
  const fen = (name: string) => Math.round(Number(text(name) || Number.NaN) * 100)
  const count = (name: string) => Number(text(name) || Number.NaN)
  const appid = text('jump_appid')
  const path = text('jump_path')
  return {
    creator: text('creator'),
    name: text('name'),
    no_cash: text('no_cash') === 'yes',
    amount: fen('amount'),
    threshold: fen('threshold'),
    total: count('total'),
    per_member: count('per_member'),
    budget_by_day: text('budget_by_day') ? fen('budget_by_day') : undefined,
    begins_at: timeOf(text('begins'), '00:00:00'),
    ends_at: timeOf(text('ends'), '23:59:59'),
    week_days: form.getAll('week_days').map(Number),
    day_begins: optional('day_begins'),
    day_ends: optional('day_ends'),
    days_after_receipt: text('days_after_receipt') ? count('days_after_receipt') : undefined,
    excluded_goods: words(text('excluded_goods')),
    notes: text('notes'),
    senders: words(text('senders')),
    mini_program: appid || path ? { appid, path } : undefined,
    limit_pay: optional('limit_pay'),
    combinable: text('combinable') !== 'no',
    scenes: form.getAll('scenes') as TradeScene[],
    goods_tag: words(text('goods_tag')),
    natural_person_limit: form.has('natural_person_limit'),
    prevent_api_abuse: form.has('prevent_api_abuse'),
  }
}

/** A day with what is left of it, or a minute: of the end, its last second. */
function timeOf(text: string, timeOfDay: string): string {
  return text.includes('T') ? `${text}${timeOfDay.slice(-3)}+08:00` : `${text}T${timeOfDay}+08:00`
}
