import type { Lane } from './lanes.ts'

/** A lane, and how many of its coupons to take now. */
export type LaneShare = { lane: Lane; take: number }

/** What a worker has in hand and what it may take. */
export type Looking = {
  /** How many coupons it has in hand, by account. */
  inHand: ReadonlyMap<number, number>
  /** How often it has looked, which decides the first lane. */
  start: number
  /** How many calls under the lane's merchant number may begin now. */
  room?: (lane: Lane) => number
}

/** A worker holds at most what an account may send in this time: more coupons would only wait for their turn. */
const aheadSeconds = 0.5
/** Nor more than this of one account, which may be one whose sends hang. */
const mostOfAccount = 256
/** For an account that has many in hand, a query is not worth fewer coupons than this. */
export const refill = 64

/**
 * Shares free hands among the open lanes: first among merchants by weight, then among each merchant's lanes. An account
 * never gets more than its pace allows, or than `room` says. Every lane gets at least one hand, as long as hands are left. `start` decides
 * which lane comes first, so that every lane gets its turn also when there are more lanes than hands.
 */
export function shareLanes(
  lanes: Lane[],
  { hands, inHand, start, room: roomAt }: Looking & { hands: number },
): LaneShare[] {
  const lanesOf = countBy(lanes, (lane) => lane.merchantId)
  const weights = new Map(lanes.map((lane) => [lane.merchantId, lane.weight]))
  const allWeights = [...weights.values()].reduce((sum, weight) => sum + weight, 0)
  const room = new Map(
    lanes.map((lane) => [lane.accountId, Math.min(roomOf(lane, inHand), roomAt?.(lane) ?? Infinity)]),
  )
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
  const most = Math.min(mostOfAccount, Math.max(1, Math.ceil(sendsPerSecond * aheadSeconds)))
  const room = most - (inHand.get(accountId) ?? 0)
  return most >= 2 * refill && room < refill ? 0 : room
}

function countBy<T>(items: T[], keyOf: (item: T) => number): Map<number, number> {
  const counts = new Map<number, number>()
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1)
  return counts
}
