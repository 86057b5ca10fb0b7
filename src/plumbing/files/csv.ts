/** Without it spreadsheet programs read UTF-8 as another encoding. */
const byteOrderMark = '\uFEFF'

/** Rows as a CSV file that spreadsheet programs open as it is: a byte order mark, and CRLF after every row. */
export function csvText(rows: string[][]): string {
  return byteOrderMark + rows.map((row) => `${row.map(cellOf).join(',')}\r\n`).join('')
}

/** Spreadsheet programs run a cell that begins with one of these, so it gets an apostrophe before it. */
const formula = /^\s*[=+\-@＝＋－＠]|^[\t\r]/u

function cellOf(text: string): string {
  const harmless = formula.test(text) ? `'${text}` : text
  return /[",\r\n]|^\s|\s$/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
