import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { benchAbuse } from './abuse.ts'
import { type BenchRow, figure, printRow } from './bench.ts'
import { benchBills } from './bills.ts'
import { benchClaims } from './claims.ts'
import { benchConsole } from './console.ts'
import { benchEarned } from './earned.ts'
import { benchLanes } from './lanes.ts'
import { benchMemory } from './memory.ts'
import { benchParsers } from './parsers.ts'
import { benchPayClient } from './pay-client.ts'
import { benchSize } from './size.ts'
import { benchTaps } from './taps.ts'

/**
 * Runs all benchmarks in turn, or the named ones (`npm run bench -- claims size`), each with its floor or peer in the
 * same run; prints a table at the end and writes JSON to bench/results/. `--grants 5000000`: the size of the ledger for
 * `size` and `console`. `--rows 200000`: how long the bill of `bills` is. `--seconds 5`: how long `abuse` attacks each route;
 * `--route /api/`: only those with this in their name.
 */
const { positionals: names, values } = parseArgs({
  allowPositionals: true,
  options: {
    grants: { type: 'string', default: '1000000' },
    rows: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '20' },
    route: { type: 'string', default: '' },
  },
})
const grants = Number(values.grants)
const billRows = Number(values.rows)
const seconds = Number(values.seconds)
const benches = {
  claims: benchClaims,
  taps: benchTaps,
  'pay-client': benchPayClient,
  memory: benchMemory,
  lanes: benchLanes,
  earned: benchEarned,
  parsers: benchParsers,
  bills: () => benchBills(billRows),
  size: () => benchSize(grants),
  console: () => benchConsole(grants),
  abuse: () => benchAbuse(seconds, values.route),
}
const unknown = names.filter((name) => !(name in benches))
const areCounts = [grants, billRows].every((count) => Number.isInteger(count) && count >= 1)
if (unknown.length > 0 || !areCounts || !(seconds > 0)) {
  throw new Error(
    `usage: npm run bench -- [${Object.keys(benches).join(' ')}] [--grants NUMBER] [--rows NUMBER] [--seconds NUMBER] [--route WORD]`,
  )
}
const rows: BenchRow[] = []
for (const [name, bench] of Object.entries(benches)) {
  if (names.length > 0 && !names.includes(name)) continue
  const more = [await bench()].flat()
  more.forEach(printRow)
  rows.push(...more)
}
process.stdout.write('\n')
console.table(
  rows.map(({ line, what, ours, unit, against, ratio, reach }) => ({
    '#': line,
    what,
    ours: `${figure(ours)} ${unit}`,
    against: against.map(({ name, value }) => `${name} ${figure(value)}`).join(', '),
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
