import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createTestDatabase } from '../support/database.ts'
import { takeRedisDatabase } from '../support/redis.ts'
import { reportOf } from './report.ts'
import { runSeed } from './run-seed.ts'
import { shrink } from './shrink.ts'
import { openStage, type Stage } from './stage.ts'
import { installMachine } from './virtual-machine.ts'

/** What a check runs: so many seeds, or as many as there is time for. */
const runsAtMost = 150
const timeMs = 180_000
/** A machine that is slower than that has shown nothing. */
const runsAtLeast = 20
const shrinkMs = 60_000

let database: Awaited<ReturnType<typeof createTestDatabase>>
let stage: Stage

beforeAll(async () => {
  installMachine()
  database = await createTestDatabase(inject('templateDatabase'))
  stage = await openStage(database.url, await takeRedisDatabase())
})
afterAll(async () => {
  await stage[Symbol.asyncDispose]()
  await database.drop()
})

test(
  'whatever dies, hangs, gets lost or is edited meanwhile, WeChat has given what was earned and no more',
  async () => {
    const begun = performance.now()
    let runs = 0
    for (let seed = 1; runs < runsAtMost && performance.now() - begun < timeMs; seed += 1) {
      const result = await runSeed(stage, seed)
      runs += 1
      if (result.failures.length > 0) expect.fail(reportOf(result, await shrink(stage, result, shrinkMs)))
    }
    expect(runs).toBeGreaterThanOrEqual(runsAtLeast)
    console.log(`simulation: ${runs} seeds in ${Math.round((performance.now() - begun) / 1_000)} s`)
  },
  timeMs + shrinkMs + 60_000,
)
