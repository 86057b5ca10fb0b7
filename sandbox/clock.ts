import { type Clock, dayMs } from '../src/plumbing/clock.ts'
import type { SandboxState } from './state.ts'
import { wechatTime } from './wechat-time.ts'
import type { World } from './world-types.ts'

/** Stocks end after 90 days and certificates after five years: a world that is further ahead has little left in it. */
const mostDaysAhead = 366

/** The time in the sandbox, in Beijing, and by how many days it is ahead of the machine's. */
export type SandboxTime = { now: string; daysAhead: number }

/** The sandbox's clock: `base`, and the days by which its world was moved forward. */
export function openSandboxClock(world: World, base: Clock): Clock {
  return { ...base, now: () => new Date(base.now().getTime() + (world.daysAhead ?? 0) * dayMs) }
}

export function timeOf({ world, clock }: SandboxState): SandboxTime {
  return { now: wechatTime(clock.now()), daysAhead: world.daysAhead ?? 0 }
}

/**
 * Moves the day forward. Never back: what has happened would lie in the future. Throws for anything but whole days, and
 * beyond a year.
 */
export function moveForward(state: SandboxState, days: number): SandboxTime {
  const { world } = state
  if (!Number.isInteger(days) || days < 1) throw new Error('days must be a whole number, 1 or more')
  const ahead = (world.daysAhead ?? 0) + days
  if (ahead > mostDaysAhead) throw new Error(`the sandbox can be at most ${mostDaysAhead} days ahead`)
  world.daysAhead = ahead
  state.keep()
  return timeOf(state)
}
