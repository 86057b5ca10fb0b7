import { isHappening, type Operation, wordsOf } from './alphabet.ts'
import { actAs } from './context.ts'
import { happen } from './happen.ts'
import { perform } from './perform.ts'
import type { SimulatedProcess } from './simulated-process.ts'
import type { World } from './world.ts'

/** Most things under way at once; more would only make each wait longer. */
const mostAtOnce = 6

/** Plays the operations: at each moment either the next one begins, or one step that waits is let through. */
export async function play(world: World, operations: Operation[]): Promise<number> {
  const { steps, time, random, trace } = world
  const beginChance = 0.05 + 0.25 * random.next()
  const under = new Set<{ process: SimulatedProcess }>()
  let next = 0
  let count = 0

  async function begin(operation: Operation): Promise<void> {
    await world.advance(random.below(400))
    trace(`${clockOf(world)} ${next} ${wordsOf(operation)}`)
    if (isHappening(operation)) return happen(world, operation)
    const process = world.processes[operation.by]!
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

function clockOf({ time }: World): string {
  return `${(time.now() / 1_000).toFixed(3)}s`
}

function briefly(said: unknown): string {
  if (said instanceof Error) return said.stack ?? said.message
  return said === undefined ? '' : JSON.stringify(said).slice(0, 200)
}
