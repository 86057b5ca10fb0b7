import { nextBeijingMidnight } from '../../src/plumbing/clock.ts'
import type { Happening } from './alphabet.ts'
import { chosen } from './perform.ts'
import { passRedisTime } from './redis-time.ts'
import type { World } from './world.ts'

/** What befalls processes, servers and time, at once. */
export async function happen(world: World, operation: Happening): Promise<void> {
  const { time, steps, scene } = world
  switch (operation.kind) {
    case 'kill': {
      const process = world.processes[operation.by]!
      await world.kill(process)
      await steps.settle()
      await world.openProcess(operation.by)
      return
    }
    case 'stall': {
      world.processes[operation.by]!.stalledUntil = time.now() + operation.seconds * 1_000
      // The others go on while it hangs; half of the time passes before they do.
      await world.advance(operation.seconds * 500)
      return
    }
    case 'time':
      await world.advance(operation.seconds * 1_000)
      return
    case 'midnight':
      await world.advance(nextBeijingMidnight(time.date()).getTime() - time.date().getTime() - 20_000)
      return
    case 'database silent':
      steps.silenceSqlUntil(time.now() + 12_000)
      return
    case 'flushall':
      await world.redis.flushdb()
      await passRedisTime(world.redis, 0, time.date())
      return
    case 'snapshot':
      world.snapshot = await readKeys(world)
      return
    case 'old snapshot':
      await restoreKeys(world)
      return
    case 'redis fault':
      faultAfter(world.processes[operation.by]!.redisFaults, operation.fault, operation.after)
      return
    case 'cut':
      faultAfter(world.processes[operation.by]!.sqlFaults, operation.fault, operation.after)
      return
    case 'no turn': {
      const process = world.processes[operation.by]!
      const until = time.now() + 3_000
      process.hasTurn = () => time.now() > until
      return
    }
    case 'coupon elsewhere': {
      const stockId = chosen([...scene.stocks.keys()], operation.stock)!
      world.wechat.giveElsewhere(chosen(scene.members, operation.member)!, stockId)
      return
    }
  }
}

function faultAfter<T>(faults: (T | undefined)[], fault: T, after: number): void {
  while (faults.length < after) faults.push(undefined)
  faults.push(fault)
}

async function readKeys({ redis }: World) {
  const keys = await redis.keys('*')
  const values = await Promise.all(keys.map((key) => redis.dumpBuffer(key)))
  return keys.map((key, index) => ({ key, value: values[index] as Buffer }))
}

async function restoreKeys({ redis, snapshot, time }: World): Promise<void> {
  if (!snapshot) return
  await redis.flushdb()
  for (const { key, value } of snapshot) await redis.restore(key, 0, value, 'REPLACE')
  await passRedisTime(redis, 0, time.date())
}
