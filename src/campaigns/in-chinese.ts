import { beijingTime } from '../plumbing/clock.ts'

/** Fen as a sentence writes yuan, without needless zeros: 123450 → `1,234.50`. */
export function yuan(fen: number): string {
  const cents = fen % 100
  return `${grouped((fen - cents) / 100)}${cents === 0 ? '' : `.${String(cents).padStart(2, '0')}`}`
}

/** A number with its thousands: 12345 → `12,345`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** A Beijing minute as a sentence has it, with its year unless that is `year`: `11月30日 00:00`. */
export function minuteWords(at: Date, year: string): string {
  const text = beijingTime(at)
  const ofYear = text.slice(0, 4) === year ? '' : `${text.slice(0, 4)}年`
  return `${ofYear}${Number(text.slice(5, 7))}月${Number(text.slice(8, 10))}日 ${text.slice(11, 16)}`
}
