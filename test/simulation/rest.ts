import { live } from './live.ts'
import { run } from './perform.ts'
import type { SimulatedProcess } from './simulated-process.ts'
import { healed } from './wechat-rules.ts'
import type { World } from './world.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute

/** Pauses until everything owed has come due several times, first the short ones. */
const pauses = [
  16 * second,
  16 * second,
  minute,
  2 * minute,
  5 * minute,
  10 * minute,
  20 * minute,
  20 * minute,
  30 * minute,
  hour,
  hour,
]
/** What is in doubt for a day is looked up; a month's cap ends with the month. */
const longPauses = [25 * hour, hour, 2 * hour, 4 * 24 * hour, hour, 2 * hour, 27 * 24 * hour, hour, 2 * hour]

/**
 * All faults are healed, every message is repeated until it is taken, and fresh processes work off what is due until
 * nothing changes any more.
 */
export async function comeToRest(world: World): Promise<void> {
  world.trace('at rest')
  world.wechat.rules = healed(world.wechat.rules)
  world.steps.setFree(true)
  for (const process of world.processes) await world.kill(process)
  world.scene.offsets = [0, 0, 0]
  world.processes.length = 0
  const fresh = await world.openProcess(0)
  await repeatErrands(world, fresh)
  await workOff(world, fresh, pauses)
  if (!(await isAtWork(world))) return
  // Next month's cap holds again, and one member may be owed more than that.
  world.wechat.rules = { ...world.wechat.rules, monthCap: Infinity }
  await workOff(world, fresh, longPauses)
}

async function workOff(world: World, process: SimulatedProcess, times: number[]): Promise<void> {
  for (const pause of times) {
    await workOnce(world, process)
    await world.advance(pause)
    if (!(await isAtWork(world))) return
  }
  await workOnce(world, process)
}

/** Everything that a process does by itself, once. */
export async function workOnce(world: World, process: SimulatedProcess): Promise<void> {
  await live(world, process, async () => {
    await process.inbox.drain()
    await process.delivery.drain()
    await process.inbox.drain()
    await process.repair.tick()
  })
}

async function repeatErrands(world: World, process: SimulatedProcess): Promise<void> {
  for (const errand of world.facts.errands) {
    if (!errand.accepted && !errand.refused) await live(world, process, () => run(process, errand))
  }
}

/** Something is owed or undecided, or a halt stands whose cause is gone: the next probe will find that. */
async function isAtWork({ stage }: World): Promise<boolean> {
  const { rows } = await stage.admin.query<{ owing: boolean }>(
    `select exists (select 1 from coupons where state = 'reserved')
       or exists (select 1 from inbox where applied_at is null)
       or exists (select 1 from halts where lifted_at is null) as owing`,
  )
  return rows[0]!.owing
}
