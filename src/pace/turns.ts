/** Reserved turns of an account: `count` moments, evenly spaced. */
export type Turns = { count: number; firstInMs: number; gapMs: number }

/** Reserves turns for accounts. */
export type TurnSource = {
  /** Returns at most `wanted` turns, none later than `horizonMs` from now; `ceiling` in sends per second. */
  reserve(mchid: string, ceiling: number, wanted: number, horizonMs: number): Promise<Turns>
  slowDown(mchid: string): Promise<void>
}

/**
 * A turn may be used for this long, since an event loop is sometimes busy for some milliseconds. Turns are 2 % further
 * apart than 1/rate, so the sends of any one second use turns of at most 1.02 s. That is at most `rate` sends: a burst
 * above the rate cannot happen. (Below 50 per second, a turn may be used until the next one, so that a slow account
 * does not lose its few turns. Then a second may have one send more, which is far from any limit of WeChat.)
 */
export const turnValidMs = 20
export const turnSpacing = 1 + turnValidMs / 1_000

/**
 * How a 429 changes the rate (docs/wechat/pay-v3.md 1.8): it is lowered at once by the factor, and after `holdMs` rises
 * by half a percent of the ceiling per second.
 */
export const slowing = { factor: 0.7, holdMs: 5_000, risePerSecond: 0.005, burstMs: 1_000, lowestRate: 1 }
