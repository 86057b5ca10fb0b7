import { applyCampaign } from '../../src/campaigns/apply.ts'
import { aStock } from '../support/builders.ts'
import type { Stage } from './stage.ts'
import { drawOperations, type Operation, wordsOf } from './alphabet.ts'
import { actAs } from './context.ts'
import { openFacts } from './facts.ts'
import { happen } from './happen.ts'
import { judge } from './judge/judge.ts'
import { openOfficialAccount } from './official-account.ts'
import { perform } from './perform.ts'
import { passRedisTime } from './redis-time.ts'
import { openRandom } from './random.ts'
import { comeToRest } from './rest.ts'
import { drawScene } from './scene.ts'
import { openSimulatedProcess, type SimulatedProcess } from './simulated-process.ts'
import { openSqlSteps } from './sql-steps.ts'
import { openSteps } from './steps.ts'
import { useMachine } from './virtual-machine.ts'
import { openVirtualTime } from './virtual-time.ts'
import { openWechat } from './wechat.ts'
import { openWechatNetwork } from './wechat-network.ts'
import { drawWechatRules } from './wechat-rules.ts'
import type { World } from './world.ts'

export const operationsPerRun = 60

export type RunResult = { seed: number; operations: Operation[]; failures: string[]; steps: number; ms: number }

export type RunOptions = { operations?: Operation[]; trace?: (line: string) => void; logLevel?: string }

/** One run: what the seed draws, or the given operations under the same seed, then rest and judgement. */
export async function runSeed(stage: Stage, seed: number, options: RunOptions = {}): Promise<RunResult> {
  const begun = performance.now()
  const operations = options.operations ?? drawOperations(openRandom(seed, 'operations'), operationsPerRun)
  const world = await openWorld(stage, seed, options)
  let steps = 0
  try {
    const failures = await within(runLimitMs, async () => {
      steps = await play(world, operations)
      await comeToRest(world)
      return judge(world)
    })
    return { seed, operations, failures, steps, ms: performance.now() - begun }
  } finally {
    for (const process of world.processes) if (process.alive) await world.kill(process)
  }
}

/** A run takes about a second; something that goes round for ever is a failure like any other. */
const runLimitMs = 120_000

async function within(limitMs: number, act: () => Promise<string[]>): Promise<string[]> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<string[]>((resolve) => {
    timer = setTimeout(() => resolve([`endless: it was not over after ${limitMs / 1_000} s`]), limitMs)
  })
  const acted = act().catch((error: unknown) => [`stuck: ${(error as Error).stack}`])
  const failures = await Promise.race([acted, limit])
  clearTimeout(timer)
  return failures
}

/** Most things under way at once; more would only make each wait longer. */
const mostAtOnce = 6

/** Plays the operations: at each moment either the next one begins, or one step that waits is let through. */
async function play(world: World, operations: Operation[]): Promise<number> {
  const { steps, time, random, trace } = world
  const beginChance = 0.05 + 0.25 * random.next()
  const under = new Set<{ process: SimulatedProcess }>()
  let next = 0
  let count = 0

  async function begin(operation: Operation): Promise<void> {
    await world.advance(random.below(400))
    trace(`${clockOf(world)} ${next} ${wordsOf(operation)}`)
    if (await happen(world, operation)) return
    const process = world.processes['by' in operation ? operation.by : 0]!
    const task = { process }
    under.add(task)
    const number = next
    const end = (word: string) => (said: unknown) => {
      under.delete(task)
      trace(`${clockOf(world)}   ${number} ${word} ${briefly(said)}`)
    }
    actAs(process, () => perform(world, process, operation)).then(end('done'), end('threw'))
    await steps.settle()
  }

  for (;;) {
    for (const task of under) if (!task.process.alive) under.delete(task)
    const eligible = steps.eligible()
    const mayBegin = next < operations.length && under.size < mostAtOnce
    if (mayBegin && (eligible.length === 0 || random.chance(beginChance))) {
      await begin(operations[next]!)
      next += 1
    } else if (eligible.length > 0) {
      const step = random.pick(eligible)
      trace(`${clockOf(world)}     ${step.actor.name} ${step.name}`)
      steps.release(step)
      count += 1
      await steps.settle()
    } else {
      const at = Math.min(time.nextTimerAt() ?? Infinity, steps.nextAt() ?? Infinity)
      if (at === Infinity) {
        if (under.size > 0) throw new Error('something waits for nothing')
        return count
      }
      await world.advance(at - time.now())
    }
  }
}

/** Returns when its transactions are rolled back. (PostgreSQL's own waiting looks only ten times a second.) */
async function endBackends({ admin }: Stage, applicationName: string): Promise<void> {
  const end = 'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1'
  while ((await admin.query(end, [applicationName])).rowCount);
}

function clockOf({ time }: World): string {
  return `${(time.now() / 1_000).toFixed(3)}s`
}

function briefly(said: unknown): string {
  if (said instanceof Error) return said.stack ?? said.message
  return said === undefined ? '' : JSON.stringify(said).slice(0, 200)
}

async function openWorld(
  stage: Stage,
  seed: number,
  { trace = () => undefined, logLevel }: RunOptions,
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
  const wechat = openWechat(time, drawWechatRules(draws), scene.stocks)
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
        ...(logLevel && { logLevel }),
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
        const due = time.nextTimerAt()
        time.set(due !== undefined && due <= until ? due : until)
        await tellClock()
        if (time.fireDue() > 0) await steps.settle()
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
