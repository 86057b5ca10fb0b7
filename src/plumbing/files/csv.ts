/** Without it spreadsheet programs read UTF-8 as another encoding. */
const byteOrderMark = '\uFEFF'

/**
 * Rows as a CSV file (RFC 4180) that spreadsheet programs open as it is: a byte order mark, and CRLF after every row. Rows
 * that go on in another piece are without the mark: `csvRows`.
 */
export function csvText(rows: string[][]): string {
  return byteOrderMark + csvRows(rows)
}

export function csvRows(rows: string[][]): string {
  return rows.map((row) => `${row.map(cellOf).join(',')}\r\n`).join('')
}

/** Spreadsheet programs run a cell that begins with one of these, so it gets an apostrophe before it. */
const formula = /^\s*[=+\-@＝＋－＠]|^[\t\r]/u

/** What they would show rounded, as 4.2E+27, or without its zeros: a tab before it, which nobody sees, makes it text. */
const number = /^\d{12,}$|^0\d+$|^\d+e\d+$/i

function cellOf(text: string): string {
  if (number.test(text)) return `"\t${text}"`
  const harmless = formula.test(text) ? `'${text}` : text
  return /[",\r\n]|^\s|\s$/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
