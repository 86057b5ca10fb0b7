import type { Landing } from '../../../cards/landing.ts'

/** After this time, a page that waits for a coupon says that the member may leave. */
export const patienceSeconds = 20

/**
 * Fast while the coupon may come at any moment, then slower and slower: with a halted stock it may take hours, and the
 * page may stay open.
 */
export function grantRefreshSeconds(ageSeconds: number): number {
  if (ageSeconds < patienceSeconds) return 2
  if (ageSeconds < 120) return 5
  return ageSeconds < 3_600 ? 30 : 300
}

/** WeChat knows of a payment within a second or two; asking more often would not help. */
export const paymentRefreshSeconds = 3

/** If WeChat could not be asked about a card, the page asks again after this time. */
const laterSeconds = 5
/**
 * WeChat's push comes within seconds, and its repeats come later and later. The age of the card decides how soon to
 * look again.
 */
const pauses = [
  { belowMs: 60_000, seconds: 5 },
  { belowMs: 180_000, seconds: 15 },
]
const longestPauseSeconds = 60

/** After how many seconds the page of a card that gave nothing yet looks again; undefined when it need not. */
export function cardRefreshSeconds(landing: Landing): number | undefined {
  if (landing.kind === 'later') return laterSeconds
  if (landing.kind !== 'waiting') return undefined
  return pauses.find(({ belowMs }) => landing.sinceMs < belowMs)?.seconds ?? longestPauseSeconds
}
