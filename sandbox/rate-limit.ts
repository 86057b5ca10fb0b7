export type RateLimit = { allows(mchid: string): boolean }

/**
 * A bucket per merchant number that holds the sends of one second. It uses the machine's own clock, so that a test with
 * a stopped clock is not refused for ever.
 */
export function openRateLimit(settings: { sendsPerSecond: number }): RateLimit {
  const buckets = new Map<string, { left: number; at: number }>()
  return {
    allows(mchid) {
      const perSecond = settings.sendsPerSecond
      if (perSecond === Infinity) return true
      const now = performance.now()
      const bucket = buckets.get(mchid) ?? { left: perSecond, at: now }
      bucket.left = Math.min(perSecond, bucket.left + ((now - bucket.at) / 1000) * perSecond)
      bucket.at = now
      buckets.set(mchid, bucket)
      if (bucket.left < 1) return false
      bucket.left--
      return true
    },
  }
}
