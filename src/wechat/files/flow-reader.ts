import { beijingTimeOf, type Columns, columnsOf, countOf, fenOf } from './cells.ts'
import { type FileReader, noFigures } from './file-reader.ts'
import { flowCells } from './flow-cells.ts'
import { openLines } from './lines.ts'
import { UnreadableFile } from './unreadable-file.ts'

/** A use of a coupon, or the refund of one, in a flow file (docs/wechat/bills.md 5). Money in fen. */
export type FlowRow = {
  line: number
  stockId: string
  /** The coupon's number, by which we know whom we sent it; a refund flow may not have it. */
  couponId: string | undefined
  transactionId: string
  at: Date | undefined
  /** What the coupon took off. */
  coupon: number
  /** The order before any coupon. */
  total: number
  /** The number that was paid; in indirect mode that of a clearing house. */
  mchid: string | undefined
}

/** Reads a use flow or a refund flow: a header, rows, a line `总条数` and the number of rows. */
export function openFlowReader(of: 'uses' | 'refunds' = 'uses'): FileReader<FlowRow> {
  const lines = openLines()
  const figures = noFigures()
  let lineNumber = 0
  let width = 0
  let read: ((cells: string[], line: number) => FlowRow) | undefined
  let trailer: 'to come' | 'next' | 'read' = 'to come'

  function take(line: string): FlowRow | undefined {
    lineNumber += 1
    if (trailer === 'read' && line.trim() === '') return undefined
    if (trailer === 'read') throw new UnreadableFile(`line ${lineNumber}: something follows the count`)
    if (trailer === 'next') {
      const said = countOf(line.replace('`', ''), lineNumber)
      if (said !== figures.rows) throw new UnreadableFile(`it says ${said} rows and has ${figures.rows}`)
      trailer = 'read'
      return undefined
    }
    if (!read) {
      const header = line.split(',')
      width = header.length
      read = flowRowReader(columnsOf(header))
      return undefined
    }
    if (line.startsWith('总条数')) {
      trailer = 'next'
      return undefined
    }
    const cells = flowCells(line, lineNumber)
    if (cells.length !== width)
      throw new UnreadableFile(`line ${lineNumber}: ${cells.length} cells instead of ${width}`)
    const row = read(cells, lineNumber)
    figures.rows += 1
    figures[of === 'uses' ? 'payments' : 'refunds'] += 1
    figures[of === 'uses' ? 'paymentsFen' : 'refundsFen'] += row.total
    figures.couponsFen += row.coupon
    return row
  }

  const rowsOf = (all: string[]) => all.map(take).filter((row) => row !== undefined)
  return {
    push: (bytes) => rowsOf(lines.push(bytes)),
    end() {
      const last = rowsOf(lines.end())
      if (trailer !== 'read' || last.length > 0) throw new UnreadableFile('it ends before its count')
      return figures
    },
  }
}

function flowRowReader(columns: Columns): (cells: string[], line: number) => FlowRow {
  const stock = columns.of('批次id', '批次ID', '批次号')
  const transaction = columns.of('支付单号')
  const coupon = columns.find('优惠id', '优惠ID')
  const time = columns.find('消耗时间', '退款时间', '交易时间')
  const couponFen = columns.find('优惠金额(元)', '优惠金额')
  const totalFen = columns.find('订单总金额(元)', '订单总金额')
  const mchid = columns.find('消耗商户号', '商户号')
  const text = (cells: string[], column: number) => (column < 0 || cells[column] === '' ? undefined : cells[column])
  const fen = (cells: string[], column: number, line: number) => {
    const written = text(cells, column)
    return written === undefined ? 0 : fenOf(written, line)
  }
  return (cells, line) => {
    const at = text(cells, time)
    return {
      line,
      stockId: cells[stock]!,
      couponId: text(cells, coupon),
      transactionId: cells[transaction]!,
      at: at === undefined ? undefined : beijingTimeOf(at, line),
      coupon: fen(cells, couponFen, line),
      total: fen(cells, totalFen, line),
      mchid: text(cells, mchid),
    }
  }
}
