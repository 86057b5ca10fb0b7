import { nextBeijingMidnight, nextBeijingMonth } from '../../plumbing/clock.ts'

/** Names of the waiting series below. */
type Series = 'again' | 'rate' | 'ask_once_more' | 'doubt' | 'turn' | 'setup' | 'stranger' | 'budget' | 'daily_cap'
/** One of these series, or the first day of the next month. */
export type Schedule = Series | 'next_month'

const second = 1_000
const minute = 60 * second

/**
 * Pauses by the number of earlier tries. The last one repeats for ever: an owed coupon is never given up automatically.
 */
const pausesMs: Record<Series, number[]> = {
  // The official error guide's series for 5xx (docs/wechat/pay-v3.md 1.8), then slower.
  again: [1 * second, 3 * second, 10 * second, 30 * second, 1 * minute, 2 * minute, 5 * minute, 10 * minute],
  // 429: the request was not accepted. Longer pauses, since the pace needs time to fall.
  rate: [5 * second, 15 * second, 30 * second, 1 * minute, 2 * minute, 5 * minute, 10 * minute],
  // A RULE_LIMIT may be false while another send to the same member is in progress (docs/wechat/pay-v3.md 3.3): ask
  // again when that is over.
  ask_once_more: [3 * second],
  // Refused although an earlier try may have been sent: WeChat's list may show the coupon soon, and after a day the
  // doubt ends.
  doubt: [1 * minute, 5 * minute, 30 * minute, 120 * minute, 240 * minute],
  // The account's pace gave no turn.
  turn: [1 * second],
  // Set-up and stock faults: a person may repair them within seconds, or only tomorrow.
  setup: [30 * second, 1 * minute, 2 * minute, 5 * minute, 10 * minute],
  // Refused for a reason that may concern only this member or this coupon: after three such tries a person must look.
  stranger: [1 * minute, 10 * minute, 30 * minute, 60 * minute],
  // A person may raise the budget, or a new day may bring more.
  budget: [5 * minute, 10 * minute, 20 * minute, 30 * minute, 60 * minute],
  // Was seen to end some hours later on the same day, by no known rule (docs/wechat/pay-v3.md 3.3).
  daily_cap: [15 * minute, 20 * minute, 30 * minute, 60 * minute],
}

/** Schedules whose cause may be gone when a new day begins in Beijing. */
const dayBound: ReadonlySet<Schedule> = new Set<Schedule>(['budget', 'daily_cap'])

/** WeChat's day may begin a little after ours. */
const afterMidnightMs = 20 * second

/** Coupons that wait for a new month are spread over its first ten minutes. */
const monthSpreadMs = 10 * minute

/**
 * Returns when to try again after `tries` earlier tries: the pause of the series ± 20 %, so that many coupons do not
 * come back at the same moment.
 */
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
