import { settleWarnings } from '../alerts/warnings.ts'
import type { Merchant } from '../merchants/merchant.ts'
import { shownDay } from '../plumbing/calendar-day.ts'
import { beijingDay, daysBefore } from '../plumbing/clock.ts'
import type { JobRun } from '../plumbing/schedule/job.ts'
import type { Services } from '../services.ts'
import { computeDay } from './compute.ts'
import { type Sheet, unexplained } from './sheet.ts'
import { storedDay } from './stored.ts'
import { wholeDay } from '../plumbing/whole-day.ts'

/** WeChat's files are dependable from 10:00 on, and take their time to be read: a day is compared from 11:00 on. */
const firstHourMs = 11 * 3_600_000
/** A day whose files come later than this is compared by hand: `reconcile`. */
const lookBackDays = 7

/**
 * Job: compares every merchant's last days that are over and not signed, again and again until their files are read and
 * whenever something was read since. It never signs. Throws what the database throws.
 */
export async function runDays(services: Services, { signal }: JobRun): Promise<string> {
  const merchants = await services.db.selectFrom('merchants').select('id').orderBy('id').execute()
  let compared = 0
  for (const { id } of merchants) {
    const merchant = await services.catalog.merchantById(id)
    for (const day of merchant ? daysOver(services.clock.now()) : []) {
      signal.throwIfAborted()
      if (await compareIfDue(services, merchant!, day)) compared += 1
    }
  }
  return `${compared} days compared`
}

/** The oldest first, since later days are about what became known of earlier ones. */
function daysOver(now: Date): string[] {
  const days = Array.from({ length: lookBackDays }, (_, n) => beijingDay(daysBefore(now, lookBackDays - n)))
  return days.filter((day) => now.getTime() >= wholeDay(day).end.getTime() + firstHourMs)
}

async function compareIfDue(services: Services, merchant: Merchant, day: string): Promise<boolean> {
  const stored = await storedDay(services.db, merchant.id, day)
  if (stored?.signed || (stored && !(await changedSince(services, stored.computedAt, stored.sheet)))) return false
  const sheet = await computeDay(services, merchant, day)
  if (sheet) await warn(services, merchant, sheet)
  return sheet !== undefined
}

async function changedSince({ db }: Services, computedAt: Date, { day, missing }: Sheet): Promise<boolean> {
  if (missing.length > 0) return true
  const file = await db
    .selectFrom('wechat_files')
    .select('id')
    .where('day', '=', day)
    .where('imported_at', '>', computedAt)
    .executeTakeFirst()
  return file !== undefined
}

/** The warning of a day that cannot be signed; it ends when the causes are named or the day is compared without them. */
export async function warn(services: Services, merchant: Merchant, sheet: Sheet): Promise<void> {
  const open = unexplained(sheet)
  const subject = `对账 ${shownDay(sheet.day)}`
  const facts = {
    differences: open.length,
    keys: open
      .map(({ key }) => key)
      .join('、')
      .slice(0, 300),
  }
  const about = { merchantId: merchant.id, kinds: ['day_unexplained'] as const, subject }
  await settleWarnings(services, about, open.length > 0 ? [{ kind: 'day_unexplained', subject, facts }] : [])
}
