import { LRUCache } from 'lru-cache'
import type { Clock } from './clock.ts'

type Key = string | number | object

/**
 * What one part of the program keeps in the cache: a constant beside the code that uses it. So many entries at most, of
 * which the one that was not used for longest goes first, and none older than `ageMs` by the services' clock.
 */
export type Kept<K extends Key, V> = { most: number; ageMs: number; types?: [K, V] }

/** Names what a part keeps. Without `ageMs` it does not age. */
export function kept<K extends Key, V>({ most, ageMs = Infinity }: { most: number; ageMs?: number }): Kept<K, V> {
  return { most, ageMs }
}

/**
 * One process's memory of what it can ask for or work out again at any time. Where an entry depends on something that is
 * not in its key, that is its `version`: an entry of another version counts as none.
 */
export type Cache = {
  /**
   * What `load` gave. One load at a time runs for a key, however many ask; one that failed is not kept. `load` is given
   * the value before, so that it can return the same object when nothing changed. Rejects as `load` does.
   */
  read<K extends Key, V>(
    of: Kept<K, V>,
    key: K,
    load: (before: V | undefined) => Promise<V>,
    version?: unknown,
  ): Promise<V>
  /** What `make` gave. Undefined is not kept: a forged text, say, must not push true ones out. */
  make<K extends Key, V>(of: Kept<K, V>, key: K, make: () => V, version?: unknown): V
  /** What is kept; undefined too while a `read` still loads it. */
  get<K extends Key, V>(of: Kept<K, V>, key: K): V | undefined
  set<K extends Key, V>(of: Kept<K, V>, key: K, value: V): void
  /** From now on it is loaded or made anew. */
  forget<K extends Key, V>(of: Kept<K, V>, key: K): void
  /** Forgets everything of these. */
  clear(...all: Kept<Key, unknown>[]): void
}

type Entry = {
  at: number
  version: unknown
  value: unknown
  /** What `read` hands out, and what it knew before. */
  loading?: Promise<unknown>
  before?: unknown
}

/** Opens an empty cache. */
export function openCache(clock: Clock): Cache {
  const shelves = new Map<Kept<Key, unknown>, LRUCache<Key, Entry>>()

  function shelfOf(of: Kept<Key, unknown>): LRUCache<Key, Entry> {
    const known = shelves.get(of)
    if (known) return known
    const shelf = new LRUCache<Key, Entry>({ max: of.most })
    shelves.set(of, shelf)
    return shelf
  }
  /** Reading the clock is spared where nothing ages. */
  const nowFor = ({ ageMs }: Kept<Key, unknown>) => (ageMs === Infinity ? 0 : clock.now().getTime())
  // A clock that was set back must not keep an entry fresh for hours.
  const isFresh = (entry: Entry, ageMs: number, now: number, version: unknown) =>
    Math.abs(now - entry.at) < ageMs && entry.version === version

  return {
    read<K extends Key, V>(of: Kept<K, V>, key: K, load: (before: V | undefined) => Promise<V>, version?: unknown) {
      const shelf = shelfOf(of)
      const now = nowFor(of)
      const known = shelf.get(key)
      if (known?.loading && isFresh(known, of.ageMs, now, version)) return known.loading as Promise<V>
      const before = (known?.value ?? known?.before) as V | undefined
      const loading = load(before)
      const entry: Entry = { at: now, version, value: undefined, loading, before }
      shelf.set(key, entry)
      loading.then(
        (value) => (entry.value = value),
        () => shelf.peek(key) === entry && shelf.delete(key),
      )
      return loading
    },

    make<K extends Key, V>(of: Kept<K, V>, key: K, make: () => V, version?: unknown) {
      const shelf = shelfOf(of)
      const now = nowFor(of)
      const known = shelf.get(key)
      if (known && isFresh(known, of.ageMs, now, version)) return known.value as V
      const value = make()
      if (value !== undefined) shelf.set(key, { at: now, version, value })
      return value
    },

    get<K extends Key, V>(of: Kept<K, V>, key: K) {
      const known = shelfOf(of).get(key)
      return known && isFresh(known, of.ageMs, nowFor(of), known.version) ? (known.value as V) : undefined
    },

    set(of, key, value) {
      shelfOf(of).set(key, { at: nowFor(of), version: undefined, value })
    },

    forget(of, key) {
      shelfOf(of).delete(key)
    },

    clear(...all) {
      for (const one of all) shelfOf(one).clear()
    },
  }
}
