import type { Merchant } from '../../../../merchants/merchant.ts'
import { beijingTime, dayMs } from '../../../../plumbing/clock.ts'

/** The fields of the form with one value, in its order, and those with several. */
const single = [
  'name kind amount threshold notes shop_name logo image color comment',
  'total per_member day_budget begin end day_begin day_end valid_days',
  'tags merchants items excluded combine limit_pay jump jump_appid jump_path creator senders',
].flatMap((group) => group.split(' '))
const several = ['days', 'scenes', 'limits']

/** Longer than any field that WeChat takes. */
const longest = 7_000

/** The longest address that every proxy passes on. */
const longestAddress = 6_000

/**
 * What the form says, each field with a value: as it was filled in, or before that what is usual for the merchant, with
 * what the address gives.
 */
export function askedStock(
  fields: URLSearchParams,
  merchant: Pick<Merchant, 'accounts' | 'name'>,
  { now, creators }: { now: Date; creators: { value: string }[] },
): URLSearchParams {
  const isFilled = fields.has('name')
  const usual: Record<string, string> = { ...usualStock(merchant, now), creator: creators[0]?.value ?? '' }
  const asked = new URLSearchParams()
  for (const name of single) asked.set(name, valueOf(fields.get(name) ?? (isFilled ? '' : (usual[name] ?? ''))))
  for (const name of several) for (const value of fields.getAll(name).slice(0, 10)) asked.append(name, valueOf(value))
  return asked
}

/** An address of the form as it is filled in; undefined when it would be longer than an address may be. */
export function addressOf(path: string, asked: URLSearchParams, step?: 'sheet'): string | undefined {
  const told = new URLSearchParams([...asked].filter(([name, value]) => value !== '' || name === 'name'))
  if (step) told.set('step', step)
  const address = `${path}?${told.toString()}`
  return address.length <= longestAddress ? address : undefined
}

function valueOf(text: string): string {
  return text.replaceAll('\0', '').replaceAll('\r\n', '\n').trim().slice(0, longest)
}

/** Two yuan from five, for a month: a stock that WeChat takes as it is. */
function usualStock({ accounts, name }: Pick<Merchant, 'accounts' | 'name'>, now: Date): Record<string, string> {
  const senders = accounts.filter(({ role }) => role === 'sender').map(({ mchid }) => mchid)
  return {
    name: '2元代金券',
    kind: 'cash',
    amount: '2',
    threshold: '5',
    notes: '付款时自动抵扣，每笔订单限用一张，不找零，不兑换现金。',
    shop_name: name.slice(0, 12),
    total: '1000',
    per_member: '5',
    ...usualTimes(now),
    tags: 'MUTEX_STORE,MUTEX_ONLINE',
    merchants: senders.join('、'),
    combine: 'yes',
    jump: 'DEFAULT_PAGE',
    senders: senders.join('、'),
  }
}

/** Enough time to fill in WeChat's page before the coupons can be used. */
const beginsInMs = 15 * 60_000
const roundedMs = 5 * 60_000

function usualTimes(now: Date): { begin: string; end: string } {
  const begin = new Date(Math.ceil((now.getTime() + beginsInMs) / roundedMs) * roundedMs)
  const end = beijingTime(new Date(begin.getTime() + 30 * dayMs)).slice(0, 10)
  return { begin: beijingTime(begin).slice(0, 16).replace(' ', 'T'), end: `${end}T23:59` }
}
