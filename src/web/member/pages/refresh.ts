import type { Landing } from '../../../cards/landing.ts'

/** After this a page that waits for a coupon tells the member that they may leave. */
export const patienceSeconds = 20

/** Quick while the coupon is a moment away, then ever slower: a halted stock may take hours, and its page may stay open. */
export function grantRefreshSeconds(ageSeconds: number): number {
  if (ageSeconds < patienceSeconds) return 2
  if (ageSeconds < 120) return 5
  return ageSeconds < 3_600 ? 30 : 300
}

/** WeChat knows of a payment within a second or two; asking more often would not help. */
export const paymentRefreshSeconds = 3

/** WeChat could not be asked about a card: the page asks again after this. */
const laterSeconds = 5
/** WeChat's push comes within seconds, or its repeats ever later: known for less than the first, look again after the second. */
const pauses = [
  { belowMs: 60_000, seconds: 5 },
  { belowMs: 180_000, seconds: 15 },
]
const longestPauseSeconds = 60

/** When the page of a card that brought nothing yet looks again; undefined when it need not. */
export function cardRefreshSeconds(landing: Landing): number | undefined {
  if (landing.kind === 'later') return laterSeconds
  if (landing.kind !== 'waiting') return undefined
  return pauses.find(({ belowMs }) => landing.sinceMs < belowMs)?.seconds ?? longestPauseSeconds
}
