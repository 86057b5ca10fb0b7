/** Turns of an account, reserved: `count` moments, evenly spaced. */
export type Turns = { count: number; firstInMs: number; gapMs: number }

/** Gives out an account's turns. */
export type TurnSource = {
  /** At most `wanted` turns, none later than `horizonMs` from now; `ceiling` in sends a second. */
  reserve(mchid: string, ceiling: number, wanted: number, horizonMs: number): Promise<Turns>
  slowDown(mchid: string): Promise<void>
}

/**
 * A turn is good for this long: an event loop is now and then busy for some milliseconds. With turns 2 % wider apart
 * than 1/rate, the uses that fall into any one second belong to turns of at most 1.02 s, hence are at most `rate`: no
 * burst above it, by construction. (Below 50 a second a turn is good until the next one: a second may then see one more,
 * far from any limit of WeChat's, and a slow account does not lose its rare turns.)
 */
export const turnValidMs = 20
export const turnSpacing = 1 + turnValidMs / 1_000

/**
 * What 429 does to the rate (docs/wechat/pay-v3.md 1.8): a third less at once, then back by half a percent of the
 * ceiling a second.
 */
export const slowing = { factor: 0.7, holdMs: 5_000, risePerSecond: 0.005, burstMs: 1_000, lowestRate: 1 }
