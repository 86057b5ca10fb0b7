import type { Clock } from '../plumbing/clock.ts'
import { slowing, type TurnSource, turnSpacing } from './turns.ts'

type State = { next: number; ceiling: number; lowered: number; loweredAt: number }

/** Turns of this process alone: `share` is the part of each account's ceiling that it may use. */
export function openMemoryTurns(clock: Clock, share: number): TurnSource {
  const states = new Map<string, State>()

  return {
    async reserve(mchid, accountCeiling, wanted, horizonMs) {
      const ceiling = Math.max(slowing.lowestRate, accountCeiling * share)
      const state = states.get(mchid) ?? { next: 0, ceiling, lowered: ceiling, loweredAt: 0 }
      states.set(mchid, Object.assign(state, { ceiling }))

      const gapMs = (1_000 / presentRate(state, clock)) * turnSpacing
      const now = performance.now()
      const first = Math.max(now, state.next)
      const count = first - now > horizonMs ? 0 : Math.min(wanted, Math.floor((now + horizonMs - first) / gapMs) + 1)
      if (count > 0) state.next = first + count * gapMs
      return { count, firstInMs: first - now, gapMs }
    },

    async slowDown(mchid) {
      const state = states.get(mchid)
      const now = clock.now().getTime()
      if (!state || now - state.loweredAt < slowing.burstMs) return
      state.lowered = Math.max(slowing.lowestRate, presentRate(state, clock) * slowing.factor)
      state.loweredAt = now
    },
  }
}

function presentRate({ ceiling, lowered, loweredAt }: State, clock: Clock): number {
  if (loweredAt === 0) return ceiling
  const risingMs = Math.max(0, clock.now().getTime() - loweredAt - slowing.holdMs)
  return Math.min(ceiling, lowered + (ceiling * slowing.risePerSecond * risingMs) / 1_000)
}
