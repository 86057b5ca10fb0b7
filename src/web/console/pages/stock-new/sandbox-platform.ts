import type { ByHand } from '../../../../stocks/provider/by-hand.ts'

/** The form's fields that the sandbox's page has under other names. */
const names: Record<string, string> = {
  name: 'name',
  amount: 'amount',
  threshold: 'threshold',
  notes: 'notes',
  begin: 'begins',
  end: 'ends',
  valid_days: 'days_after_receipt',
  day_begin: 'day_begins',
  day_end: 'day_ends',
  total: 'total',
  per_member: 'per_member',
  day_budget: 'budget_by_day',
  tags: 'goods_tag',
  combine: 'combinable',
  limit_pay: 'limit_pay',
  excluded: 'excluded_goods',
  jump_appid: 'jump_appid',
  jump_path: 'jump_path',
  creator: 'creator',
  days: 'week_days',
  scenes: 'scenes',
}

/** The sandbox's 服务商平台, where 创建全场券 is filled in with this stock. */
export function platformAddress(pagesUrl: string, asked: URLSearchParams, { senders }: ByHand): string {
  const query = new URLSearchParams({ paste: 'yes', merchant: senders[0] ?? '', senders: senders.join(',') })
  for (const [name, value] of asked) if (names[name] && value !== '') query.append(names[name], value)
  query.set('no_cash', asked.get('kind') === 'no_cash' ? 'yes' : 'no')
  if (asked.getAll('limits').includes('natural')) query.set('natural_person_limit', 'on')
  if (asked.getAll('limits').includes('abuse')) query.set('prevent_api_abuse', 'on')
  if (asked.get('jump') !== 'MINI_PROGRAM') for (const name of ['jump_appid', 'jump_path']) query.delete(name)
  return `${pagesUrl}/sandbox/platform?${query.toString()}#step-9`
}
