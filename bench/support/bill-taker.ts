import { keepByHand } from '../../src/files/by-hand.ts'
import { bringIn } from '../../src/files/fetch-day.ts'
import { openServices } from '../../src/open-services.ts'
import { beijingDay, beijingTime } from '../../src/plumbing/clock.ts'
import { readConfig } from '../../src/plumbing/config/config.ts'
import { billHeader, type BillLine, billRow, sumsHeader, yuanOf } from '../../test/support/bill-files.ts'

/** The bill of the day of `at`; the numbers of its orders begin with `first`. */
export type WantedBill = { rows: number; first: number; at: number; mchid: string; appid: string }
export type TakenBill = { keptSeconds: number; broughtSeconds: number; mostMb: number }

/** Members come again: so many rows belong to one of them. */
const rowsOfPayer = 4
/** One row in so many earns a coupon. */
const earning = 100
const [smallFen, earningFen] = [1_200, 6_000]
const megabyte = 1_048_576
const sampleMs = 100

/**
 * A process with the flags of the service that takes each bill which its parent asks for: keeps it, brings it in, and
 * answers how long both took and how much memory the process had at most. Ends when the parent disconnects.
 */
const services = await openServices(readConfig(process.env))
process.on('message', (wanted: WantedBill) => void take(wanted).then((taken) => process.send!(taken)))
process.once('disconnect', () => process.exit())

async function take({ rows, first, at, mchid, appid }: WantedBill): Promise<TakenBill> {
  const day = new Date(at)
  let mostMb = 0
  const sample = () => (mostMb = Math.max(mostMb, process.memoryUsage.rss() / megabyte))
  const timer = setInterval(sample, sampleMs)
  const begun = performance.now()
  const line = { mchid, appid, at: beijingTime(day) }
  const file = await keepByHand(
    services,
    { mchid, kind: 'trade_bill', day: beijingDay(day) },
    bytesOf(rows, first, line),
  )
  const kept = performance.now()
  await bringIn(services, file, new AbortController().signal)
  const brought = performance.now()
  clearInterval(timer)
  sample()
  return { keptSeconds: (kept - begun) / 1_000, broughtSeconds: (brought - kept) / 1_000, mostMb }
}

/** The file as it arrives, some rows at a time: it is never whole in memory. */
async function* bytesOf(rows: number, first: number, line: BillLine): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`\uFEFF${billHeader}\r\n`)
  let total = 0
  for (let from = 0; from < rows; from += 500) {
    let text = ''
    for (let nth = first + from; nth < first + Math.min(rows, from + 500); nth += 1) {
      const fen = nth % earning === 0 ? earningFen : smallFen
      const openid = `oBench${String(Math.floor(nth / rowsOfPayer)).padStart(22, '0')}`
      const transactionId = `4200${String(nth).padStart(24, '0')}`
      text += `${billRow({ ...line, total: fen, openid, transactionId, outTradeNo: `order-${nth}` })}\r\n`
      total += fen
    }
    yield Buffer.from(text)
  }
  const sums = [`${rows}.0`, yuanOf(total), '0.00', '0.00', '0.00', yuanOf(total), '0.00']
  yield Buffer.from(`${sumsHeader}\r\n${sums.map((sum) => `\`${sum}`).join(',')}\r\n`)
}
