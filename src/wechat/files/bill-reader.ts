import { type BillRow, billRowReader } from './bill-row.ts'
import { columnsOf, countOf, fenOf } from './cells.ts'
import { type FileFigures, type FileReader, noFigures } from './file-reader.ts'
import { openLines } from './lines.ts'
import { UnreadableFile } from './unreadable-file.ts'

/**
 * Reads a trade bill (docs/wechat/bills.md 3): a header, a row for each payment and refund, a second header and one line
 * of sums, which must agree with the rows. A bill without that last line is half of one.
 */
export function openBillReader(): FileReader<BillRow> {
  const lines = openLines()
  const figures = noFigures()
  const sums: Sums = { settlement: 0, givenBack: 0, total: 0, refund: 0 }
  let lineNumber = 0
  let width = 0
  let read: ((cells: string[], line: number) => BillRow) | undefined
  let summary: string[] | undefined
  let isDone = false

  function take(line: string): BillRow | undefined {
    lineNumber += 1
    if (isDone) {
      if (line.trim() !== '') throw new UnreadableFile(`line ${lineNumber}: something follows the sums`)
      return undefined
    }
    if (summary) {
      checkSums(summary, cellsOf(line, lineNumber), { rows: figures.rows, ...sums }, lineNumber)
      isDone = true
      return undefined
    }
    if (!read) {
      const header = line.split(',')
      width = header.length
      read = billRowReader(columnsOf(header))
      return undefined
    }
    if (line.startsWith('总')) {
      summary = line.split(',')
      return undefined
    }
    const cells = cellsOf(line, lineNumber)
    if (cells.length !== width)
      throw new UnreadableFile(`line ${lineNumber}: ${cells.length} cells instead of ${width}`)
    const row = read(cells, lineNumber)
    count(figures, sums, row)
    return row
  }

  const rowsOf = (all: string[]) => all.map(take).filter((row) => row !== undefined)
  return {
    push: (bytes) => rowsOf(lines.push(bytes)),
    end() {
      const last = rowsOf(lines.end())
      if (!isDone || last.length > 0) throw new UnreadableFile('it ends before its sums')
      return figures
    },
  }
}

type Sums = Record<'settlement' | 'givenBack' | 'total' | 'refund', number>

function count(figures: FileFigures, sums: Sums, row: BillRow): void {
  figures.rows += 1
  for (const name of ['settlement', 'givenBack', 'total', 'refund'] as const) sums[name] += row[name]
  if (row.state === 'paid') {
    figures.payments += 1
    figures.paymentsFen += row.total
    figures.couponsFen += row.coupons
  } else if (row.state !== 'other') {
    figures.refunds += 1
    figures.refundsFen += row.state === 'refund' ? row.refund : row.refund || row.total
  }
}

/**
 * A cell begins with an accent and is not quoted, and a product's name may have commas: only a comma with an accent
 * behind it separates.
 */
function cellsOf(line: string, lineNumber: number): string[] {
  if (!line.startsWith('`')) throw new UnreadableFile(`line ${lineNumber}: a row must begin with an accent`)
  return line.slice(1).split(',`')
}

const sumColumns = {
  settlement: ['应结订单总金额', '总交易额'],
  givenBack: ['退款总金额', '总退款金额'],
  total: ['订单总金额'],
  refund: ['申请退款总金额'],
} as const

function checkSums(header: string[], cells: string[], found: Sums & { rows: number }, line: number): void {
  const columns = columnsOf(header)
  if (cells.length !== columns.count) throw new UnreadableFile(`line ${line}: the sums do not fit their header`)
  const rows = countOf(cells[columns.of('总交易单数')]!, line)
  if (rows !== found.rows) throw new UnreadableFile(`it says ${rows} rows and has ${found.rows}`)
  for (const name of ['settlement', 'givenBack', 'total', 'refund'] as const) {
    const column = columns.find(...sumColumns[name])
    if (column < 0) continue
    const said = fenOf(cells[column]!, line)
    if (said !== found[name])
      throw new UnreadableFile(`${header[column]!} is ${said} fen, and its rows add up to ${found[name]}`)
  }
}
