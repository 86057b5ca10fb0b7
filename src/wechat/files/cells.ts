import { beijingOffset } from '../../plumbing/clock.ts'
import { UnreadableFile } from './unreadable-file.ts'

/** Columns by the names in a file's header (docs/wechat/bills.md 3): their order and number differ between files. */
export type Columns = {
  count: number
  /** The column that has one of these names. Throws `UnreadableFile` when there is none. */
  of(...names: string[]): number
  /** The same, or -1. */
  find(...names: string[]): number
}

export function columnsOf(header: string[]): Columns {
  const plain = header.map(plainName)
  const find = (...names: string[]) => plain.findIndex((name) => names.includes(name))
  return {
    count: header.length,
    find,
    of(...names) {
      const at = find(...names)
      if (at < 0) throw new UnreadableFile(`it has no column ${names.join(' or ')}`)
      return at
    },
  }
}

/** `优惠金额（元）` and `优惠金额(元)` are one column. */
function plainName(name: string): string {
  return name.replaceAll('（', '(').replaceAll('）', ')').replaceAll('`', '').trim()
}

/**
 * Yuan as WeChat writes them → fen, by whole numbers only: `0.47` and `45` and `0.5` are 47, 4500 and 50. Throws
 * `UnreadableFile` for anything else, such as a tenth of a fen.
 */
export function fenOf(text: string, line: number): number {
  const [, sign = '', whole, part = ''] = /^(-?)(\d{1,12})(?:\.(\d{1,2})0*)?$/.exec(text.trim()) ?? []
  if (whole === undefined) throw new UnreadableFile(`line ${line}: ${JSON.stringify(text.slice(0, 40))} is no amount`)
  const fen = Number(whole) * 100 + Number(part.padEnd(2, '0'))
  return sign === '' || fen === 0 ? fen : -fen
}

/** A count, which WeChat also writes as `45.0`. */
export function countOf(text: string, line: number): number {
  const whole = /^(\d{1,12})(?:\.0+)?$/.exec(text.trim())?.[1]
  if (whole === undefined) throw new UnreadableFile(`line ${line}: ${JSON.stringify(text.slice(0, 40))} is no count`)
  return Number(whole)
}

/** `2026-11-23 10:05:00`, Beijing time without saying so. */
export function beijingTimeOf(text: string, line: number): Date {
  const written = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text) ? `${text.replace(' ', 'T')}${beijingOffset}` : ''
  const at = new Date(written)
  if (Number.isNaN(at.getTime()))
    throw new UnreadableFile(`line ${line}: ${JSON.stringify(text.slice(0, 40))} is no time`)
  return at
}
