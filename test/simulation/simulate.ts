import { parseArgs } from 'node:util'
import { startPostgres, startRedis } from '../support/servers.ts'
import { reportOf } from './report.ts'
import { mixNamed } from './mixes.ts'
import { runSeed } from './run-seed.ts'
import { shrink } from './shrink.ts'
import { openStage } from './stage.ts'
import { installMachine } from './virtual-machine.ts'
import { runWithout } from './without.ts'

/*
 * npm run simulate -- --seeds FROM-TO | --minutes N | --seed N
 * The last one replays a seed and tells each step. Failures are shortened unless --whole is given, and all seeds are run
 * unless --until-failure is. --mix NAME plays a mix of mixes.ts. --without P6 takes that cure out first, and must fail.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    minutes: { type: 'string' },
    seed: { type: 'string' },
    whole: { type: 'boolean', default: false },
    'until-failure': { type: 'boolean', default: false },
    mix: { type: 'string' },
    without: { type: 'string' },
  },
})

if (values.without !== undefined) process.exit(await runWithout(values.without, values.seeds ?? '1-100'))

const shrinkMs = 90_000
const mixed = values.mix === undefined ? {} : { mix: mixNamed(values.mix) }

installMachine()
const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
const stage = await openStage(postgres.url, `${redis.url}/1`)
let failures = 0
let runs = 0
const begun = Date.now()
try {
  if (values.seed !== undefined) await replay(Number(values.seed))
  else {
    for (const seed of seeds()) {
      await runOne(seed)
      if (values['until-failure'] && failures > 0) break
    }
  }
} finally {
  await stage[Symbol.asyncDispose]()
  await Promise.all([postgres.stop(), redis.stop()])
}
const seconds = ((Date.now() - begun) / 1_000).toFixed(0)
console.log(`${runs} runs in ${seconds} s, ${failures} of them failed`)
process.exitCode = failures > 0 ? 1 : 0

function* seeds(): Generator<number> {
  const [from = NaN, to = NaN] = (values.seeds ?? '').split('-').map(Number)
  if (from <= to) for (let seed = from; seed <= to; seed += 1) yield seed
  if (values.minutes === undefined) return
  // Seeds that nobody has run yet: they go on where the clock stands.
  for (let seed = Math.floor(begun / 1_000); Date.now() - begun < Number(values.minutes) * 60_000; seed += 1) yield seed
}

async function runOne(seed: number): Promise<void> {
  const result = await runSeed(stage, seed, mixed)
  runs += 1
  if (runs % 100 === 0) console.log(`${runs} runs, up to seed ${seed}`)
  if (result.failures.length === 0) return
  failures += 1
  const shortest = values.whole ? result : await shrink(stage, result, shrinkMs, mixed)
  console.log(reportOf(result, shortest))
}

async function replay(seed: number): Promise<void> {
  const result = await runSeed(stage, seed, { ...mixed, trace: (line) => console.log(line) })
  runs += 1
  failures += result.failures.length > 0 ? 1 : 0
  for (const failure of result.failures) console.log(`-> ${failure}`)
}
