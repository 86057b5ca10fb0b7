import { defaultLateFacts } from '../../../../campaigns/late-facts.ts'
import type { Merchant } from '../../../../merchants/merchant.ts'
import { beijingDay, dayMs } from '../../../../plumbing/clock.ts'
import type { Db } from '../../../../plumbing/storage/database.ts'
import type { Campaign } from '../../../../plumbing/storage/schema/campaign.ts'
import type { Stock } from '../../../../plumbing/storage/schema/stock.ts'
import type { Draft } from './draft.ts'
import { draftOfRules } from './draft-of-rules.ts'
import { type Template, templates } from './templates.ts'
import { dayAndTime } from './typed.ts'

const titleAtMost = 40
const minuteMs = 60_000
/** Where there is no stock whose end would be the campaign's. */
const usualMs = 30 * dayMs

/**
 * A template filled in: the stock with its name and its end, from this minute on, one for each member. Only how many
 * there are in all is left to the person.
 */
export function newDraft({ kind, mode }: Template, stock: Stock | undefined, slug: string, now: Date): Draft {
  const minute = new Date(Math.floor(now.getTime() / minuteMs) * minuteMs)
  const begins = new Date(Math.max(minute.getTime(), stock?.available_begin.getTime() ?? 0))
  const starts = dayAndTime(begins, false)
  const ends = dayAndTime(lastSecond(stock?.available_end ?? new Date(begins.getTime() + usualMs)), true)
  const coupons = stock ? [{ stock: stock.stock_id, count: '1' }] : []
  return {
    slug,
    kind,
    title: cut(stock?.name ?? ''),
    rules: '',
    startsDay: starts.day,
    startsTime: starts.time,
    endsDay: ends.day,
    endsTime: ends.time,
    perMember: '1',
    perMemberPerDay: '',
    total: '',
    unlimited: false,
    perDay: '',
    coupons: kind === 'spend' ? [] : coupons,
    tiers: kind === 'spend' ? [{ atLeast: mode === 'count' ? '1' : '', total: '', coupons }] : [],
    basis: 'payer_total',
    mode,
    windowDays: '30',
    tierRule: 'highest',
    excludes: 'yes',
    holdMinutes: '0',
    lateEarns: 'yes',
    lateDays: String(defaultLateFacts.within_days),
    cardIds: '',
    cards: 'new',
    gifted: 'no',
    channel: '',
    stackable: 'no',
    senders: [],
  }
}

/** As much of a name as a title may have, without half a letter at its end. */
function cut(name: string): string {
  return name.slice(0, titleAtMost).replace(/[\uD800-\uDBFF]$/, '')
}

/** The rules of a campaign that is over, with times of a new one; the total is asked for again. */
export function copiedDraft(original: Campaign, stock: Stock | undefined, slug: string, now: Date): Draft {
  const { startsDay, startsTime, endsDay, endsTime } = newDraft(templates[0], stock, slug, now)
  const rules = draftOfRules(original, slug)
  return { ...rules, startsDay, startsTime, endsDay, endsTime, total: '', unlimited: false }
}

/** The end of a minute: the field shows minutes, and the campaign may not end after its stock. */
function lastSecond(end: Date): Date {
  return new Date(Math.floor((end.getTime() + 1_000) / minuteMs) * minuteMs - 1_000)
}

/** A free name for the address of a new campaign, such as `link-20261130`. */
export async function freeSlug(db: Db, { id }: Merchant, kind: string, now: Date): Promise<string> {
  const wanted = `${kind.replace('_', '-')}-${beijingDay(now)}`
  const rows = await db
    .selectFrom('campaigns')
    .select('slug')
    .where('merchant_id', '=', id)
    .where('slug', 'like', `${wanted}%`)
    .execute()
  const taken = new Set(rows.map(({ slug }) => slug))
  for (let nth = 1; ; nth += 1) {
    const slug = nth === 1 ? wanted : `${wanted}-${nth}`
    if (!taken.has(slug)) return slug
  }
}
