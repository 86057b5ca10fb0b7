import type { Services } from '../services.ts'
import { openBillReader } from '../wechat/files/bill-reader.ts'
import type { BillRow } from '../wechat/files/bill-row.ts'
import type { FileReader } from '../wechat/files/file-reader.ts'
import { type FlowRow, openFlowReader } from '../wechat/files/flow-reader.ts'
import { readPieces } from './pieces.ts'
import type { WechatFile } from './wechat-file.ts'

/** So many rows are looked up, locked and written together. */
const rowsAtOnce = 1_000

/** The rows of a kept bill, at most a thousand at a time. */
export function billRows(services: Services, file: WechatFile): AsyncGenerator<BillRow[]> {
  return rowsOf(services, file, openBillReader())
}

/** The rows of a kept flow. */
export function flowRows(services: Services, file: WechatFile): AsyncGenerator<FlowRow[]> {
  return rowsOf(services, file, openFlowReader())
}

async function* rowsOf<Row>({ db, secrets }: Services, file: WechatFile, reader: FileReader<Row>) {
  let waiting: Row[] = []
  for await (const bytes of readPieces(db, secrets, file)) {
    waiting.push(...reader.push(bytes))
    let from = 0
    for (; waiting.length - from >= rowsAtOnce; from += rowsAtOnce) yield waiting.slice(from, from + rowsAtOnce)
    waiting = waiting.slice(from)
  }
  // It was whole when it was kept: a piece that is lost since then is noticed here.
  reader.end()
  if (waiting.length > 0) yield waiting
}
