import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { dayMs } from '../src/plumbing/clock.ts'
import { aCampaign, aStock } from '../test/support/builders.ts'
import { type BenchRow, printRow } from './bench.ts'
import type { TakenBill, WantedBill } from './support/bill-taker.ts'
import { nodeFlags } from './support/child.ts'
import { openStage, type Stage } from './support/stage.ts'

/** A bill before the long one, in the same process: how much memory a short one takes. */
const shortRows = 20_000

/**
 * A trade bill of so many payments that no message reported: rows a second while it is read, checked, sealed and kept, and
 * while its rows are brought into the ledger; and the most memory that a process like the service's has meanwhile.
 */
export async function benchBills(rows: number): Promise<BenchRow[]> {
  await using stage = await openStage()
  const { services, merchant, mchid } = stage
  await earningCampaign(stage)
  const taker = fork(fileURLToPath(new URL('support/bill-taker.ts', import.meta.url)), {
    execArgv: nodeFlags,
    env: { PATH: process.env.PATH, ...stage.env },
  })
  const at = Date.now()
  const { appid } = merchant.officialAccount
  const short = await take(taker, { rows: shortRows, first: 0, at: at - dayMs, mchid, appid })
  const long = await take(taker, { rows, first: shortRows, at, mchid, appid })
  taker.disconnect()
  await once(taker, 'exit')

  const { count } = await services.db
    .selectFrom('payments')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  if (Number(count) !== rows + shortRows) throw new Error(`${count} of ${rows + shortRows} rows are in the ledger`)
  return [
    speed('read, checked and kept', rows / long.keptSeconds),
    speed('brought into the ledger', rows / long.broughtSeconds),
    memory(rows, long.mostMb, short.mostMb),
  ]
}

async function take(taker: ChildProcess, wanted: WantedBill): Promise<TakenBill> {
  taker.send(wanted)
  const [taken] = await Promise.race([once(taker, 'message'), once(taker, 'exit')])
  if (taken === null || typeof taken !== 'object') throw new Error(`the process that takes bills ended with ${taken}`)
  return taken as TakenBill
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
