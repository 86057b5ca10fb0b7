import { beijingOffset, beijingTime } from '../../../../plumbing/clock.ts'

/** Digits as people type them: full-width ones, thousands and spaces are understood. */
function plain(text: string): string {
  return text.normalize('NFKC').replace(/[,，\s]/g, '')
}

/** A typed count; what is none stays the text, which the file's rules refuse. Empty: undefined. */
export function countOf(text: string): number | string | undefined {
  const typed = plain(text)
  if (typed === '') return undefined
  return /^\d{1,10}$/.test(typed) ? Number(typed) : typed
}

/** Typed yuan as fen, without any floating point: `50.5` → 5050. What is no amount stays the text. Empty: undefined. */
export function fenOf(text: string): number | string | undefined {
  const typed = plain(text)
    .replace(/^[¥￥]/, '')
    .replace(/元$/, '')
  if (typed === '') return undefined
  const [, whole, cents = ''] = /^(\d{1,8})(?:\.(\d{1,2}))?$/.exec(typed) ?? []
  return whole === undefined ? typed : Number(whole) * 100 + Number(cents.padEnd(2, '0'))
}

/** Fen as a field shows yuan: 5050 → `50.50`, 5000 → `50`. */
export function yuanField(fen: number): string {
  const cents = fen % 100
  return `${(fen - cents) / 100}${cents === 0 ? '' : `.${String(cents).padStart(2, '0')}`}`
}

/** A typed Beijing day and time of day as an instant; `last` includes the minute's end, as 23:59 means to the day's end. */
export function instantOf(day: string, time: string, last: boolean): string {
  const clock = /^\d{2}:\d{2}$/.test(time) ? `${time}:${last ? '59' : '00'}` : time
  return `${day}T${clock}${beijingOffset}`
}

/** An instant as the two fields show it, to the second or finer only where it is. */
export function dayAndTime(at: Date, last: boolean): { day: string; time: string } {
  const text = beijingTime(at)
  const ms = at.getUTCMilliseconds()
  const [minute, second] = [text.slice(11, 16), text.slice(17)]
  const isWhole = second === (last ? '59' : '00') && ms === 0
  const fraction = ms === 0 ? '' : `.${String(ms).padStart(3, '0')}`
  return { day: text.slice(0, 10), time: isWhole ? minute : `${minute}:${second}${fraction}` }
}
