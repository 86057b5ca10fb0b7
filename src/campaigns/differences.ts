import { factsOf } from './facts.ts'
import type { Stocks } from './promise.ts'
import type { Rules } from './rules-of.ts'

/** One thing in which two versions of a campaign differ; null where there is nothing. */
export type Difference = { name: string; before: string | null; after: string | null }

/** Everything in which two versions differ, in the words of the console; what neither has is the same. */
export function differencesOf(before: Partial<Rules>, after: Partial<Rules>, stocks: Stocks): Difference[] {
  const [old, now] = [factsOf(before, stocks), factsOf(after, stocks)]
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])]
  return names
    .map((name) => ({ name, before: old[name] ?? null, after: now[name] ?? null }))
    .filter((one) => one.before !== one.after)
}
