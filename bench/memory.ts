import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type BenchRow, printRow } from './bench.ts'
import type { Child } from './support/child.ts'
import { drive } from './support/load.ts'
import { openStage } from './support/stage.ts'

const claims = 100_000
const connections = 64
/** Far more time than it takes; it only prevents an endless run. */
const maxMs = 300_000
const megabyte = 1_048_576

/**
 * Figure #8 of `npm run bench`: resident memory after 100 thousand claims and after half of them, and the time from
 * start to ready.
 */
export async function benchMemory(): Promise<BenchRow[]> {
  await using stage = await openStage()
  const campaign = await stage.campaign({ per_member: 1, per_member_per_day: 1, total: 1_000_000 })
  const app = await stage.startApp()
  const half = await claimMany(claims / 2)
  const all = await claimMany(claims / 2)
  const ready = app.startMs
  await app.stop()
  return [
    {
      line: 8,
      what: 'memory after 100 thousand claims',
      ours: all,
      against: [{ name: 'after 50 thousand', value: half }],
      ratio: all / half,
      reach: '< 200 MB, flat',
      unit: 'MB',
    },
    {
      line: 8,
      what: 'start to ready, PostgreSQL',
      ours: ready,
      against: [],
      ratio: ready / 3_000,
      reach: '< 3,000 ms',
      unit: 'ms',
    },
  ]

  async function claimMany(count: number): Promise<number> {
    let left = count
    const next = () => (left-- > 0 ? stage.claimOf(campaign, `o${randomBytes(13).toString('hex')}`) : undefined)
    const load = await drive({ port: app.port, connections, maxMs, next })
    if (load.statuses.get(303) !== count) throw new Error(`claims were answered ${JSON.stringify([...load.statuses])}`)
    return residentMegabytes(app)
  }
}

function residentMegabytes({ process: { pid } }: Child): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return (Number(kilobytes) * 1024) / megabyte
}

if (import.meta.url === `file://${process.argv[1]}`) for (const row of await benchMemory()) printRow(row)
