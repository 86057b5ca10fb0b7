import { applyCampaign } from '../../src/campaigns/apply.ts'
import { aStock } from '../support/builders.ts'
import { openFacts } from './facts.ts'
import type { Mix } from './mixes.ts'
import { openOfficialAccount } from './official-account.ts'
import { openRandom } from './random.ts'
import { passRedisTime } from './redis-time.ts'
import { drawScene } from './scene.ts'
import { openSimulatedProcess } from './simulated-process.ts'
import { openSqlSteps } from './sql-steps.ts'
import type { Stage } from './stage.ts'
import { openSteps } from './steps.ts'
import { useMachine } from './virtual-machine.ts'
import { openVirtualTime } from './virtual-time.ts'
import { openWechat } from './wechat.ts'
import { openWechatNetwork } from './wechat-network.ts'
import { drawWechatRules } from './wechat-rules.ts'
import type { World } from './world.ts'

/** What the seed draws, written down, and three processes on it. */
export async function openWorld(
  stage: Stage,
  seed: number,
  { trace = () => undefined, mix }: { trace?: (line: string) => void; mix?: Mix },
): Promise<World> {
  await stage.clear()
  const time = openVirtualTime()
  stage.clock.now = () => time.date()
  const draws = openRandom(seed, 'scene')
  const random = openRandom(seed, 'schedule')
  useMachine(time, openRandom(seed, 'machine'))
  const scene = drawScene(draws, time.date())
  const steps = openSteps(time, async (pids) => {
    const { rows } = await stage.admin.query<{ pid: number }>(
      'select pid from pg_locks where not granted and pid = any($1)',
      [pids],
    )
    return new Set(rows.map((row) => row.pid))
  })
  let clockSetTo = -1
  let redisSetTo = -1
  const tellClock = async () => {
    if (clockSetTo === time.now()) return
    clockSetTo = time.now()
    // Redis tells seconds; small steps are saved up.
    if (redisSetTo < 0 || time.now() - redisSetTo >= 1_000) {
      await passRedisTime(stage.redis, Math.floor(time.now() - Math.max(0, redisSetTo)), time.date())
      redisSetTo = time.now()
    }
    await stage.admin.query(`select setval('simulated_clock', $1)`, [Math.round(time.date().getTime())])
  }
  const sql = openSqlSteps(steps, async (process, words) => {
    trace(`          ${process.name} sends ${words}`)
    await tellClock()
  })
  const rules = drawWechatRules(draws)
  mix?.set(scene, rules, openRandom(seed, 'mix'))
  const wechat = openWechat(time, rules, scene.stocks)
  const official = openOfficialAccount()
  const network = openWechatNetwork({ steps, time, random, wechat, official, seal: stage.seal })
  const incarnations = [0, 0, 0]

  const world: World = {
    seed,
    stage,
    scene,
    time,
    steps,
    random,
    wechat,
    official,
    facts: openFacts(),
    files: new Map(),
    firstEvents: new Map(),
    processes: [],
    async openProcess(slot) {
      incarnations[slot]! += 1
      const name = `sim${slot}-${incarnations[slot]}`
      const offsetMs = scene.offsets[slot] ?? 0
      const process = await openSimulatedProcess({
        name,
        offsetMs,
        config: stage.config,
        time,
        steps,
        sql,
        network,
      })
      world.processes[slot] = process
      return process
    },
    async kill(process) {
      process.alive = false
      steps.drop(process)
      sql.leave(process)
      process.services.redis?.disconnect()
      await endBackends(stage, process.applicationName)
    },
    async advance(milliseconds) {
      const until = time.now() + Math.max(0, milliseconds)
      for (;;) {
        const urgent = steps.mostUrgent()
        time.set(Math.min(until, time.nextTimerAt() ?? Infinity, urgent?.latest ?? Infinity))
        await tellClock()
        const isUrgent = urgent !== undefined && urgent.latest <= time.now()
        if (isUrgent) steps.release(urgent)
        if (time.fireDue() > 0 || isUrgent) await steps.settle()
        else if (time.now() >= until) return
      }
    },
    redis: stage.redis,
    snapshot: undefined,
    serial: 0,
    forms: 0,
    trace,
  }
  await tellClock()
  await writeScene(world)
  for (let slot = 0; slot < 3; slot += 1) await world.openProcess(slot)
  return world
}

async function writeScene(world: World): Promise<void> {
  const { stage, scene, time } = world
  const { clerk, merchant } = stage
  for (const [stockId, most] of scene.stocks) {
    const lasting = { available_end: new Date(time.date().getTime() + 60 * 86_400_000) }
    await aStock(clerk, merchant, { stock_id: stockId, max_coupons_per_user: most, ...lasting })
  }
  for (const file of scene.campaigns) {
    await applyCampaign(clerk, merchant, file)
    world.files.set(file.slug, file)
  }
}

/** Returns when its transactions are rolled back. (PostgreSQL's own waiting looks only ten times a second.) */
async function endBackends({ admin }: Stage, applicationName: string): Promise<void> {
  const end = 'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1'
  while ((await admin.query(end, [applicationName])).rowCount);
}
