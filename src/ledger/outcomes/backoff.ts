import { nextBeijingMidnight, nextBeijingMonth } from '../../plumbing/clock.ts'

/** Names of the waiting series below. */
type Series = 'again' | 'rate' | 'ask_once_more' | 'doubt' | 'turn' | 'setup' | 'stranger' | 'budget' | 'daily_cap'
/** One of them, or the first of the next month. */
export type Schedule = Series | 'next_month'

const second = 1_000
const minute = 60 * second

/** Pauses by number of tries before; the last one repeats for ever: nothing owed is given up by itself. */
const pausesMs: Record<Series, number[]> = {
  // The official error guide's series for 5xx (docs/wechat/pay-v3.md 1.8), then slower.
  again: [1 * second, 3 * second, 10 * second, 30 * second, 1 * minute, 2 * minute, 5 * minute, 10 * minute],
  // 429: not accepted; longer, since the pace needs time to fall.
  rate: [5 * second, 15 * second, 30 * second, 1 * minute, 2 * minute, 5 * minute, 10 * minute],
  // A RULE_LIMIT may be false while another send of the same member is in hand
  // (docs/wechat/pay-v3.md 3.3): ask when that is over.
  ask_once_more: [3 * second],
  // Refused although it may have been sent: WeChat's list may show it in a moment, and after a day the doubt ends.
  doubt: [1 * minute, 5 * minute, 30 * minute, 120 * minute, 240 * minute],
  // No turn at the account's pace.
  turn: [1 * second],
  // Set-up and stock faults: somebody may be mending it right now, or tomorrow.
  setup: [30 * second, 1 * minute, 2 * minute, 5 * minute, 10 * minute],
  // Refused for a reason that may be this member's or this coupon's alone: after three such tries a person must look.
  stranger: [1 * minute, 10 * minute, 30 * minute, 60 * minute],
  // A budget is raised by a person, or a new day begins.
  budget: [5 * minute, 10 * minute, 20 * minute, 30 * minute, 60 * minute],
  // Seen to recover after hours of the same day, without a rule (docs/wechat/pay-v3.md 3.3).
  daily_cap: [15 * minute, 20 * minute, 30 * minute, 60 * minute],
}

/** Schedules whose cause may be gone with a new day in Beijing. */
const dayBound: ReadonlySet<Schedule> = new Set<Schedule>(['budget', 'daily_cap'])

/** WeChat's day may begin a little after ours. */
const afterMidnightMs = 20 * second

/** Who waits for a new month comes within ten minutes of its beginning. */
const monthSpreadMs = 10 * minute

/** When to try again after `tries` earlier ones: the series' pause ± 20 %, so that a crowd does not come back at once. */
export function nextTry(schedule: Schedule, tries: number, now: Date, random: () => number = Math.random): Date {
  if (schedule === 'next_month') {
    return new Date(nextBeijingMonth(now).getTime() + afterMidnightMs + monthSpreadMs * random())
  }
  const series = pausesMs[schedule]
  const pauseMs = series[Math.min(tries, series.length - 1)]!
  const due = now.getTime() + pauseMs * (0.8 + 0.4 * random())
  if (!dayBound.has(schedule)) return new Date(due)
  return new Date(Math.min(due, nextBeijingMidnight(now).getTime() + afterMidnightMs * (1 + random())))
}
