import type { Difference, Figure, Sheet, SheetLine } from '../days/sheet.ts'
import type { Signature, StoredDay } from '../days/stored.ts'
import { shownDay } from '../plumbing/calendar-day.ts'
import { beijingTime } from '../plumbing/clock.ts'
import { yuan } from '../plumbing/yuan.ts'

const width = 22

/** A day as a person reads it: the sides in columns, then each difference with its evidence, then who signed. */
export function linesOf({ sheet, signed, history }: StoredDay): string[] {
  return [
    `${sheet.merchant} ${shownDay(sheet.day)} in Beijing`,
    ['', 'ledger', 'WeChat', 'payments'].map(column).join(''),
    ...sheet.lines.map(lineOf),
    ...sheet.differences.flatMap(differenceOf),
    ...sheet.missing.map((file) => `missing     ${file}`),
    ...sheet.notes.map((note) => `note        ${note}`),
    ...history.flatMap(signatureOf),
    signed ? 'signed: it is not compared again' : verdictOf(sheet),
  ]
}

function column(text: string, nth: number): string {
  return nth === 0 ? text.padEnd(12) : text.padStart(width)
}

function lineOf({ of, ledger, wechat, payments }: SheetLine): string {
  return [of, figureText(ledger), figureText(wechat), figureText(payments)].map(column).join('')
}

function figureText(figure: Figure | undefined): string {
  return figure ? `${figure.count} / ${yuan(figure.fen)} yuan` : '-'
}

function differenceOf({ key, cause, count, fen, words, evidence, explained }: Difference): string[] {
  const signed = (n: number, text: string) => (n > 0 ? `+${text}` : text)
  const sums = count === 0 && fen === 0 ? '' : ` ${signed(count, String(count))} / ${signed(fen, yuan(fen))} yuan`
  return [
    `difference  ${key}: ${cause}${sums}: ${words}`,
    ...(explained ? [`            said by ${explained.by}: ${explained.reason}`] : []),
    ...evidence.map((one) => `            ${JSON.stringify(one)}`),
  ]
}

function signatureOf({ signed_by, signed_at, sheet_hash, reopened_at, reopened_by, reopened_reason }: Signature) {
  return [
    `signed      by ${signed_by} at ${beijingTime(signed_at)}, SHA-256 ${sheet_hash}`,
    ...(reopened_at ? [`reopened    by ${reopened_by} at ${beijingTime(reopened_at)}: ${reopened_reason}`] : []),
  ]
}

function verdictOf({ missing, differences }: Sheet): string {
  const open = differences.filter(({ cause }) => cause === 'unknown').length
  if (missing.length > 0) return `not to be signed yet: ${missing.length} files are missing`
  return open > 0 ? `not to be signed: ${open} differences have no cause` : 'can be signed'
}
