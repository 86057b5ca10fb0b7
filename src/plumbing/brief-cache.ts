import { LRUCache } from 'lru-cache'
import type { Clock } from './clock.ts'

/** A change made at the console or by another process is seen everywhere within this time. */
const freshMs = 1_000
/** Names come from addresses that anybody may type: unknown ones must not fill the memory. */
const entriesAtMost = 2_000

type Entry = { value: Promise<unknown>; loaded: unknown; at: number }

/**
 * Remembers what `load` gave for a second. One load at a time runs for a name, however many ask; one that failed is not
 * remembered. `load` is given the value before, so that it can return the same object when nothing changed.
 */
export function briefCache(clock: Clock) {
  const entries = new LRUCache<string, Entry>({ max: entriesAtMost })

  function get<T>(name: string, load: (before: T | undefined) => Promise<T>): Promise<T> {
    const now = clock.now().getTime()
    const known = entries.get(name)
    // A clock that was set back must not keep an entry fresh for hours.
    if (known && Math.abs(now - known.at) < freshMs) return known.value as Promise<T>
    const entry: Entry = { value: load(known?.loaded as T | undefined), loaded: known?.loaded, at: now }
    entries.set(name, entry)
    entry.value.then(
      (value) => (entry.loaded = value),
      () => entries.peek(name) === entry && entries.delete(name),
    )
    return entry.value as Promise<T>
  }

  return { get, forget: () => entries.clear() }
}
