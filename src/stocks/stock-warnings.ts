import type { FoundWarning } from '../alerts/warnings.ts'
import type { WarningKind } from '../alerts/warning-words.ts'
import { beijingTime, dayMs } from '../plumbing/clock.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'
import { givenToday } from './given-today.ts'
import { forecastOf } from './forecast.ts'
import type { NeededStock } from './needed.ts'
import { isNearlyEmpty } from './stock-state.ts'

/** The kinds that `stockWarnings` can find. */
export const stockKinds: WarningKind[] = [
  'stock_sold_out',
  'stock_low',
  'stock_day_budget',
  'stock_paused',
  'stock_not_active',
  'stock_stopped',
  'stock_over',
  'stock_ends_soon',
  'stock_unreadable',
]

/** How a warning names a stock. */
export function stockSubject({ stock_id }: Pick<Stock, 'stock_id'>): string {
  return `批次 ${stock_id}`
}

/** Enough time to make another stock and put it into the campaign. */
const soonDays = 3
const nearlyBudgetShare = 0.8
/** A single failure passes by itself. */
const failuresToTell = 3

/** What an operator must know of an awaited stock now. Throws what the database throws. */
export async function stockWarnings(db: Db, stock: NeededStock, now: Date): Promise<FoundWarning[]> {
  const warn = (kind: WarningKind, facts: FoundWarning['facts'] = {}): FoundWarning => {
    return { kind, subject: stockSubject(stock), facts: { name: stock.name, ...facts } }
  }
  const found = [...stateWarnings(stock, now, warn), ...(await leftWarnings(db, stock, now, warn))]
  if (stock.sync_failures >= failuresToTell)
    found.push(warn('stock_unreadable', { failures: stock.sync_failures, problem: stock.sync_problem ?? '' }))
  return found
}

type Warn = (kind: WarningKind, facts?: FoundWarning['facts']) => FoundWarning

function stateWarnings(stock: NeededStock, now: Date, warn: Warn): FoundWarning[] {
  const { status, available_end, campaign_end } = stock
  const end = beijingTime(available_end)
  if (status === 'stoped') return [warn('stock_stopped')]
  if (available_end <= now) return [warn('stock_over', { end })]
  const found: FoundWarning[] = []
  if (status === 'paused') found.push(warn('stock_paused'))
  if (status === 'unactivated' || status === 'audit') found.push(warn('stock_not_active', { status }))
  if (campaign_end && campaign_end > available_end && available_end.getTime() - now.getTime() < soonDays * dayMs)
    found.push(warn('stock_ends_soon', { end, campaignEnd: beijingTime(campaign_end) }))
  return found
}

async function leftWarnings(db: Db, stock: NeededStock, now: Date, warn: Warn): Promise<FoundWarning[]> {
  if (stock.status === 'stoped' || stock.available_end <= now) return []
  const { left, perDay, daysLeft } = await forecastOf(db, stock, now)
  const total = stock.max_coupons
  if (left === 0) return [warn('stock_sold_out', { total })]
  const found: FoundWarning[] = []
  if (isNearlyEmpty(left, total) || (daysLeft !== undefined && daysLeft < soonDays))
    found.push(warn('stock_low', { left, total, perDay: rounded(perDay), days: rounded(daysLeft) }))
  const budget = stock.max_amount_by_day
  const given = budget === null ? 0 : await givenToday(db, stock, now)
  if (budget !== null && given >= budget * nearlyBudgetShare)
    found.push(warn('stock_day_budget', { given: given / 100, budget: budget / 100 }))
  return found
}

/** Coarse, so that the facts of a warning do not change with every coupon. */
function rounded(figure: number | undefined): number | string {
  if (figure === undefined) return '—'
  return figure < 10 ? Math.round(figure * 10) / 10 : Math.round(figure)
}
