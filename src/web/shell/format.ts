import { beijingTime } from '../../plumbing/clock.ts'

/** Fen as yuan, without needless zeros: 1000 → `10`, 1050 → `10.50`. */
export function yuan(fen: number): string {
  return fen % 100 === 0 ? String(fen / 100) : (fen / 100).toFixed(2)
}

/** The Beijing day of an instant, as Chinese pages write it: `2026.11.23`. */
export function day(at: Date): string {
  return beijingTime(at).slice(0, 10).replaceAll('-', '.')
}

/** Day and minute in Beijing: `2026.11.23 09:30`. */
export function minute(at: Date): string {
  return `${day(at)} ${beijingTime(at).slice(11, 16)}`
}
