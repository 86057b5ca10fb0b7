import { dayMs } from '../../../../plumbing/clock.ts'
import type { StockFilter } from '../../../../stocks/list.ts'

/** The filter as an address has it; what is no day, kind or shelf is left out. */
export type AskedStocks = { name?: string; kind?: string; shelf?: string; from?: string; to?: string }

export const kindNames: Record<string, string> = { cash: '满减 · 预充值', no_cash: '满减 · 免充值' }
export const shelfNames: Record<string, string> = { on: '上架', off: '下架' }

/** Reads what was asked for; the days are Beijing's, with the last one included. */
export function askedStocks(query: URLSearchParams): AskedStocks {
  const asked = (field: string) => query.get(field) ?? ''
  const name = asked('name').replaceAll('\0', '').trim().slice(0, 64)
  const [kind, shelf, from, to] = [asked('kind'), asked('shelf'), asked('from'), asked('to')]
  return {
    ...(name && { name }),
    ...(Object.hasOwn(kindNames, kind) && { kind }),
    ...(Object.hasOwn(shelfNames, shelf) && { shelf }),
    ...(startOf(from) && { from }),
    ...(startOf(to) && { to }),
  }
}

/** The same for the list. */
export function stockFilter({ name, kind, shelf, from, to }: AskedStocks): StockFilter {
  const [begin, last] = [startOf(from ?? ''), startOf(to ?? '')]
  return {
    ...(name && { name }),
    ...(kind && { noCash: kind === 'no_cash' }),
    ...(shelf && { onShelf: shelf === 'on' }),
    ...(begin && { from: begin }),
    ...(last && { to: new Date(last.getTime() + dayMs) }),
  }
}

/** Each filter in words, with the address of the list without it. */
export function stockChips(asked: AskedStocks, addressOf: (asked: AskedStocks) => string) {
  const words = { name: '名称', kind: '类型', shelf: '状态', from: '可用时间从', to: '可用时间到' }
  return Object.entries(asked).map(([field, value]) => {
    const rest = Object.fromEntries(Object.entries(asked).filter(([other]) => other !== field))
    const text = `${words[field as keyof AskedStocks]}：${kindNames[value] ?? shelfNames[value] ?? value}`
    return { text, href: addressOf(rest) }
  })
}

function startOf(day: string): Date | undefined {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(day) ? new Date(`${day}T00:00:00+08:00`) : undefined
  return at && !Number.isNaN(at.getTime()) ? at : undefined
}
