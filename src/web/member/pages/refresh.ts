import type { Landing } from '../../../cards/landing.ts'
import { kept } from '../../../plumbing/cache.ts'
import type { Context } from '../../shell/context.ts'
import type { MemberState } from '../state.ts'

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
const paymentPauses = [...Array<number>(10).fill(3), ...Array<number>(8).fill(15), 60]
/** If WeChat could not be asked about a card: it may be back in a moment, or have no quota left until midnight. */
const cardPauses = [5, 15, 60]
/** WeChat's notice of a joining comes within seconds; asking instead of waiting uses one of five calls per second. */
export const joinPauses = [3, 10, 30]

/** How often each member's page has looked again, per kind of page; forgotten when it has not for a while. */
const looks = kept<string, number>({ most: 5_000, ageMs: 10 * 60_000 })

/** After how many seconds the page of an order that is not decided looks again: the more often it did, the later. */
export function paymentRefreshSeconds(ctx: Context<MemberState>): number {
  return nextPause(ctx, 'order', paymentPauses)
}

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
export function cardRefreshSeconds(
  ctx: Context<MemberState>,
  landing: Landing,
  steps = cardPauses,
): number | undefined {
  if (landing.kind === 'later') return nextPause(ctx, 'card', steps)
  if (landing.kind !== 'waiting') return undefined
  return pauses.find(({ belowMs }) => landing.sinceMs < belowMs)?.seconds ?? longestPauseSeconds
}

function nextPause(ctx: Context<MemberState>, kind: 'order' | 'card', steps: number[]): number {
  const { services, merchant, member } = ctx.state
  const who = `${kind}/${merchant.id}/${member.openid}`
  const times = services.cache.get(looks, who) ?? 0
  services.cache.set(looks, who, times + 1)
  return steps[Math.min(times, steps.length - 1)] as number
}
