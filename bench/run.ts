import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { type BenchRow, printRow } from './bench.ts'
import { benchClaims } from './claims.ts'
import { benchLanes } from './lanes.ts'
import { benchMemory } from './memory.ts'
import { benchPayClient } from './pay-client.ts'
import { benchTaps } from './taps.ts'

/** All benchmarks in turn, each with its floor or peer in the same run; a table at the end, JSON in bench/results/. */
const rows: BenchRow[] = []
const benches = [benchClaims, benchTaps, benchPayClient, benchMemory, benchLanes]
for (const bench of benches) {
  const more = [await bench()].flat()
  more.forEach(printRow)
  rows.push(...more)
}
process.stdout.write('\n')
console.table(
  rows.map(({ line, what, ours, unit, against, ratio, reach }) => ({
    '#': line,
    what,
    ours: `${Math.round(ours)} ${unit}`,
    against: against.map(({ name, value }) => `${name} ${Math.round(value)}`).join(', '),
    ratio: Number(ratio.toFixed(2)),
    reach,
  })),
)
const machine = { cpu: cpus()[0]?.model, cores: availableParallelism(), node: process.version }
const results = new URL('results/', import.meta.url)
mkdirSync(results, { recursive: true })
const at = new Date().toISOString()
writeFileSync(
  new URL(`${at.replaceAll(':', '-')}.json`, results),
  `${JSON.stringify({ at, machine, rows }, null, 2)}\n`,
)
