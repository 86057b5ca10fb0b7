import { actAs } from './context.ts'
import type { SimulatedProcess } from './simulated-process.ts'
import type { World } from './world.ts'

/** Lets a process do something at rest, when nothing is held: time passes as far as it waits for a timer of its own. */
export async function live<T>(world: World, process: SimulatedProcess, act: () => Promise<T>): Promise<T> {
  let isDone = false
  const acting = actAs(process, act).finally(() => (isDone = true))
  // Whoever waits for it below hears of its failure.
  acting.catch(() => undefined)
  while (!isDone) {
    await world.steps.settle()
    const at = isDone ? undefined : world.time.nextTimerAt()
    if (at !== undefined) await world.advance(at - world.time.now())
  }
  return acting
}
