import { startPostgres, startRedis } from '../support/servers.ts'
import { runSeed } from './run-seed.ts'
import { openStage } from './stage.ts'
import { installMachine } from './virtual-machine.ts'
installMachine()
const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
const stage = await openStage(postgres.url, `${redis.url}/1`)
const [from = 1, to = 1] = process.argv.slice(2).map(Number)
try {
  for (let seed = from; seed <= to; seed += 1) {
    const result = await runSeed(stage, seed)
    console.log(seed, result.steps, Math.round(result.ms), result.failures.length)
    for (const failure of result.failures) console.log(`   ${seed} ${failure}`)
  }
} catch (e) {
  console.log('HARNESS', e)
} finally {
  await stage[Symbol.asyncDispose]()
  await Promise.all([postgres.stop(), redis.stop()])
}
