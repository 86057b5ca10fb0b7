import type { Operation } from './alphabet.ts'
import { drawOperations } from './draw-operations.ts'
import type { Mix } from './mixes.ts'
import { judge } from './judge/judge.ts'
import { openWorld } from './open-world.ts'
import { play } from './play.ts'
import { openRandom } from './random.ts'
import { comeToRest } from './rest.ts'
import type { Stage } from './stage.ts'

const operationsPerRun = 60

export type RunResult = { seed: number; operations: Operation[]; failures: string[]; steps: number; ms: number }

export type RunOptions = { operations?: Operation[]; trace?: (line: string) => void; mix?: Mix }

/** One run: what the seed draws, or the given operations under the same seed, then rest and judgement. */
export async function runSeed(stage: Stage, seed: number, options: RunOptions = {}): Promise<RunResult> {
  const begun = performance.now()
  const operations = options.operations ?? drawOperations(openRandom(seed, 'operations'), operationsPerRun, options.mix)
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
