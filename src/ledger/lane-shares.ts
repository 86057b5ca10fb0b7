import type { Lane } from './lanes.ts'

/** A lane with how many of its coupons to take now. */
export type LaneShare = { lane: Lane; take: number }

/** An account's coupons in hand are at most what it may send in this time: they would only wait for their turn. */
const aheadSeconds = 0.5

/**
 * Shares free hands out over open lanes: first over merchants by their weight, then over each merchant's lanes, and never
 * more to an account than its pace allows. Every lane has at least one, while hands last; `start` says which is first, so
 * that with more lanes than hands each has its turn.
 */
export function shareLanes(
  lanes: Lane[],
  { hands, inHand, start }: { hands: number; inHand: ReadonlyMap<number, number>; start: number },
): LaneShare[] {
  const lanesOf = countBy(lanes, (lane) => lane.merchantId)
  const weights = new Map(lanes.map((lane) => [lane.merchantId, lane.weight]))
  const allWeights = [...weights.values()].reduce((sum, weight) => sum + weight, 0)
  const room = new Map(lanes.map((lane) => [lane.accountId, roomOf(lane, inHand)]))
  let left = hands
  const shares: LaneShare[] = []
  const offset = lanes.length > 0 ? start % lanes.length : 0
  for (const lane of [...lanes.slice(offset), ...lanes.slice(0, offset)]) {
    const fair = (hands * lane.weight) / allWeights / lanesOf.get(lane.merchantId)!
    const take = Math.min(left, Math.max(1, Math.floor(fair)), room.get(lane.accountId)!)
    if (take < 1) continue
    left -= take
    room.set(lane.accountId, room.get(lane.accountId)! - take)
    shares.push({ lane, take })
  }
  return shares
}

function roomOf({ accountId, sendsPerSecond }: Lane, inHand: ReadonlyMap<number, number>): number {
  return Math.max(1, Math.ceil(sendsPerSecond * aheadSeconds)) - (inHand.get(accountId) ?? 0)
}

function countBy<T>(items: T[], keyOf: (item: T) => number): Map<number, number> {
  const counts = new Map<number, number>()
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1)
  return counts
}
