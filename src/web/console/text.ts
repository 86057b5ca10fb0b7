import { beijingTime } from '../../plumbing/clock.ts'

/** Fen as the console writes money: 123450 → `¥1,234.50`. */
function yuan(fen: number): string {
  const [whole = '', cents = ''] = (Math.abs(fen) / 100).toFixed(2).split('.')
  return `${fen < 0 ? '-' : ''}¥${grouped(whole)}.${cents}`
}

/** A count with its thousands: 12345 → `12,345`. */
function count(n: number): string {
  return `${n < 0 ? '-' : ''}${grouped(String(Math.abs(n)))}`
}

function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',')
}

/** The Beijing time of an instant, with its year when that is not the year of `now`: `11-24 10:03:07`. */
function time(at: Date, now: Date): string {
  const [full, present] = [beijingTime(at), beijingTime(now)]
  return full.slice(0, 4) === present.slice(0, 4) ? full.slice(5) : full
}

/** How the console's pages write money, counts and times. */
export function textAt(now: Date) {
  return { yuan, count, time: (at: Date) => time(at, now), day: (at: Date) => time(at, now).slice(0, -9) }
}
