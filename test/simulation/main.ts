import { startPostgres, startRedis } from '../support/servers.ts'
import { runSeed } from './run-seed.ts'
import { openStage } from './stage.ts'
import { installMachine } from './virtual-machine.ts'

installMachine()
const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
const stage = await openStage(postgres.url, `${redis.url}/1`)
try {
  const from = Number(process.argv[2] ?? 1),
    to = Number(process.argv[3] ?? from)
  for (let seed = from; seed <= to; seed += 1) {
    const result = await runSeed(stage, seed, process.argv[4] ? { trace: (line) => console.log(line) } : {})
    console.log(seed, result.steps, Math.round(result.ms), result.failures)
  }
} finally {
  await stage[Symbol.asyncDispose]()
  await Promise.all([postgres.stop(), redis.stop()])
}
