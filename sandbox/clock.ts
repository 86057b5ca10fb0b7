import { beijingDayNumber, type Clock, dayMs, startOfBeijingDay, timeOfPhones } from '../src/plumbing/clock.ts'
import type { SandboxState } from './state.ts'
import { wechatTime } from './wechat-time.ts'
import type { World } from './world-types.ts'

/** Stocks end after 90 days and certificates after five years: a world that is further ahead has little left in it. */
const mostDaysAhead = 366

/** No moved day begins earlier in Beijing: then the files of the day before are out (docs/wechat/bills.md 1). */
const morningMs = 10.5 * 3_600_000

/** The time in the sandbox, in Beijing, and by how many whole days it is ahead of the machine's. */
export type SandboxTime = { now: string; daysAhead: number }

/** The sandbox's clock: `base`, and the time by which its world was moved forward. */
export function openSandboxClock(world: World, base: Clock): Clock {
  return {
    ...base,
    now: () => new Date(base.now().getTime() + (world.aheadMs ?? 0)),
    ofPhones: () => timeOfPhones(base),
  }
}

export function timeOf({ world, clock }: SandboxState): SandboxTime {
  return { now: wechatTime(clock.now()), daysAhead: daysAheadOf(world) }
}

export function daysAheadOf({ aheadMs = 0 }: World): number {
  return Math.floor(aheadMs / dayMs)
}

/**
 * Moves the day forward, to half past ten in the morning where it would be earlier. Never back: what has happened would
 * lie in the future. Throws for anything but whole days, and beyond a year.
 */
export function moveForward(state: SandboxState, days: number): SandboxTime {
  const { world, clock } = state
  if (!Number.isInteger(days) || days < 1) throw new Error('days must be a whole number, 1 or more')
  const { aheadMs = 0 } = world
  if (aheadMs + days * dayMs > mostDaysAhead * dayMs)
    throw new Error(`the sandbox can be at most ${mostDaysAhead} days ahead`)
  const now = clock.now().getTime()
  const then = now + days * dayMs
  const morning = startOfBeijingDay(beijingDayNumber(new Date(then))).getTime() + morningMs
  world.aheadMs = aheadMs + Math.max(then, morning) - now
  state.keep()
  return timeOf(state)
}
