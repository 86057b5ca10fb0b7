import { keepByHand } from '../src/files/by-hand.ts'
import { bringIn } from '../src/files/fetch-day.ts'
import { beijingDay, beijingTime } from '../src/plumbing/clock.ts'
import { aCampaign, aStock } from '../test/support/builders.ts'
import { billHeader, type BillLine, billRow, sumsHeader, yuanOf } from '../test/support/bill-files.ts'
import { type BenchRow, printRow } from './bench.ts'
import { openStage, type Stage } from './support/stage.ts'

/** Members come again: so many rows belong to one of them. */
const rowsOfPayer = 4
/** One row in so many earns a coupon. */
const earning = 100
const [smallFen, earningFen] = [1_200, 6_000]
const megabyte = 1_048_576
const sampleMs = 100
/** Of the time, in which the memory that any bill takes is reached. */
const warmPart = 0.2

/**
 * A trade bill of so many payments that no message reported: rows a second while it is read, checked, sealed and kept, and
 * while its rows are brought into the ledger; and how the memory of the process grows over both.
 */
export async function benchBills(rows: number): Promise<BenchRow[]> {
  await using stage = await openStage()
  const { services, merchant, mchid } = stage
  await earningCampaign(stage)
  const at = new Date()
  const bill = { mchid, kind: 'trade_bill' as const, day: beijingDay(at) }
  const line = { mchid, appid: merchant.officialAccount.appid, at: beijingTime(at) }

  const taking = await measured(() => keepByHand(services, bill, bytesOf(rows, line)))
  const bringing = await measured(() => bringIn(services, taking.result, new AbortController().signal))
  const share = await services.db.selectFrom('wechat_file_shares').select('new_payments').executeTakeFirstOrThrow()
  if (share.new_payments !== rows) throw new Error(`${share.new_payments} of ${rows} rows are in the ledger`)
  return [
    speed('read, checked and kept', rows / taking.seconds),
    speed('brought into the ledger', rows / bringing.seconds),
    memory('while it is kept', rows, taking),
    memory('while it is brought in', rows, bringing),
  ]
}

async function earningCampaign({ services, merchant }: Stage): Promise<void> {
  const stock = await aStock(services, merchant, { max_coupons: 10_000_000 })
  const tiers = [{ at_least: 5_000, coupons: [{ stock_id: stock.stock_id, count: 1 }] }]
  await aCampaign(services, stock, {
    kind: 'spend',
    coupons: [],
    limits: { total: 1_000_000 },
    spend: {
      basis: 'total',
      mode: 'single',
      window_days: 30,
      tiers,
      tier_rule: 'highest',
      exclude_orders_using_our_coupons: false,
      hold_minutes: 0,
    },
  })
}

/** The file as it arrives, some rows at a time: it is never whole in memory. */
async function* bytesOf(rows: number, line: BillLine): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`\uFEFF${billHeader}\r\n`)
  let total = 0
  for (let from = 0; from < rows; from += 500) {
    let text = ''
    for (let nth = from; nth < Math.min(rows, from + 500); nth += 1) {
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

type Measured<T> = { result: T; seconds: number; warmMb: number; mostMb: number }

async function measured<T>(act: () => Promise<T>): Promise<Measured<T>> {
  const begun = performance.now()
  const samples: { at: number; mb: number }[] = []
  const sample = () => samples.push({ at: performance.now() - begun, mb: process.memoryUsage.rss() / megabyte })
  sample()
  const timer = setInterval(sample, sampleMs)
  const result = await act()
  clearInterval(timer)
  sample()
  const ms = performance.now() - begun
  const most = (part: number) => Math.max(...samples.filter(({ at }) => at <= ms * part).map(({ mb }) => mb))
  return { result, seconds: ms / 1_000, warmMb: most(warmPart), mostMb: most(1) }
}

function speed(what: string, ours: number): BenchRow {
  return { line: 0, what: `rows of a bill ${what}`, ours, against: [], ratio: 1, reach: 'no bound', unit: 'a second' }
}

function memory(when: string, rows: number, { warmMb, mostMb }: Measured<unknown>): BenchRow {
  return {
    line: 0,
    what: `memory ${when}, a bill of ${rows} rows`,
    ours: mostMb,
    against: [{ name: 'in the first fifth of the time', value: warmMb }],
    ratio: mostMb / warmMb,
    reach: 'flat: <= 1.25',
    unit: 'MB',
  }
}

if (import.meta.url === `file://${process.argv[1]}`) for (const row of await benchBills(1_000_000)) printRow(row)
