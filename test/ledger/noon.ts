import { type Clock, nextBeijingMidnight } from '../../src/plumbing/clock.ts'

const halfDayMs = 43_200_000

/** It is noon in Beijing when the test file begins, so that no midnight falls between its steps. */
export function clockFromNoon(): Clock {
  const noon = nextBeijingMidnight(new Date()).getTime() - halfDayMs
  const begun = performance.now()
  return { now: () => new Date(noon + performance.now() - begun) }
}
