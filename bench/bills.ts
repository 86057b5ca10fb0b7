import { keepByHand } from '../src/files/by-hand.ts'
import { bringIn } from '../src/files/fetch-day.ts'
import type { WechatFile } from '../src/files/wechat-file.ts'
import { beijingDay, beijingTime, dayMs } from '../src/plumbing/clock.ts'
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
/** A bill before that one, so that the memory is compared which a short one takes and a long one. */
const shortRows = 20_000

/**
 * A trade bill of so many payments that no message reported: rows a second while it is read, checked, sealed and kept, and
 * while its rows are brought into the ledger; and how the memory of the process grows over both.
 */
export async function benchBills(rows: number): Promise<BenchRow[]> {
  await using stage = await openStage()
  const { services, merchant, mchid } = stage
  await earningCampaign(stage)
  const at = new Date()
  const bill = (day: Date) => ({ mchid, kind: 'trade_bill' as const, day: beijingDay(day) })
  const line = { mchid, appid: merchant.officialAccount.appid, at: beijingTime(at) }

  const keep = (day: Date, count: number, first: number) =>
    measured(() => keepByHand(services, bill(day), bytesOf(count, first, line)))
  const bring = (file: WechatFile) => measured(() => bringIn(services, file, new AbortController().signal))

  const shortKept = await keep(new Date(at.getTime() - dayMs), shortRows, 0)
  const shortBrought = await bring(shortKept.result)
  const kept = await keep(at, rows, shortRows)
  const brought = await bring(kept.result)
  const { count } = await services.db
    .selectFrom('payments')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  if (Number(count) !== rows + shortRows) throw new Error(`${count} of ${rows + shortRows} rows are in the ledger`)
  const before = Math.max(shortKept.mostMb, shortBrought.mostMb)
  return [
    speed('read, checked and kept', rows / kept.seconds),
    speed('brought into the ledger', rows / brought.seconds),
    memory(rows, Math.max(kept.mostMb, brought.mostMb), before),
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

async function measured<T>(act: () => Promise<T>): Promise<{ result: T; seconds: number; mostMb: number }> {
  const begun = performance.now()
  let mostMb = 0
  const sample = () => (mostMb = Math.max(mostMb, process.memoryUsage.rss() / megabyte))
  const timer = setInterval(sample, sampleMs)
  const result = await act()
  clearInterval(timer)
  sample()
  return { result, seconds: (performance.now() - begun) / 1_000, mostMb }
}

function speed(what: string, ours: number): BenchRow {
  return { line: 0, what: `rows of a bill ${what}`, ours, against: [], ratio: 1, reach: 'no bound', unit: 'a second' }
}

function memory(rows: number, mostMb: number, shortMb: number): BenchRow {
  return {
    line: 0,
    what: `most memory, a bill of ${rows} rows`,
    ours: mostMb,
    against: [{ name: `of ${shortRows} rows`, value: shortMb }],
    ratio: mostMb / shortMb,
    reach: 'flat: <= 1.5',
    unit: 'MB',
  }
}

if (import.meta.url === `file://${process.argv[1]}`) for (const row of await benchBills(1_000_000)) printRow(row)
