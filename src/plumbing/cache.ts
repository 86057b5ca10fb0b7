import { LRUCache } from 'lru-cache'
import type { Clock } from './clock.ts'

type Key = string | number | object

/**
 * What one part of the program keeps in the cache; a constant beside the code that uses it. It has at most `most`
 * entries, of which the least recently used one is dropped first, and none older than `ageMs` by the services' clock.
 */
export type Kept<K extends Key, V> = {
  most: number
  ageMs: number
  /** Called with a value that is no longer kept, whatever the reason, so that it can be closed. */
  gone?(value: V): void
  types?: [K, V]
}

/** Declares what one part keeps. Without `ageMs` its entries do not expire. */
export function kept<K extends Key, V>(
  of: Pick<Kept<K, V>, 'most'> & Partial<Pick<Kept<K, V>, 'ageMs' | 'gone'>>,
): Kept<K, V> {
  return { ageMs: Infinity, ...of }
}

/**
 * The memory of one process for values that it can load or compute again at any time. If a value depends on something
 * that is not in its key, that is its `version`: an entry with another version is ignored.
 */
export type Cache = {
  /**
   * The result of `load`. One load per key runs at a time, for all callers; a failed one and `undefined` are not kept:
   * names that do not exist must not push out those that do. `load` gets the previous value, so that it can return the
   * same object when nothing changed. Rejects as `load` does.
   */
  read<K extends Key, V>(
    of: Kept<K, V>,
    key: K,
    load: (before: V | undefined) => Promise<V>,
    version?: unknown,
  ): Promise<V>
  /** The result of `make`. `undefined` is not kept: forged texts, for example, must not push out genuine ones. */
  make<K extends Key, V>(of: Kept<K, V>, key: K, make: () => V, version?: unknown): V
  /** The kept value; undefined also while a `read` still loads it. */
  get<K extends Key, V>(of: Kept<K, V>, key: K): V | undefined
  set<K extends Key, V>(of: Kept<K, V>, key: K, value: V): void
  /** From now on the value is loaded or made again. */
  forget<K extends Key, V>(of: Kept<K, V>, key: K): void
  /** Forgets all entries of these. */
  clear(...all: Kept<Key, unknown>[]): void
}

type Entry = {
  at: number
  version: unknown
  value: unknown
  /** The promise that `read` returned, and the previous value. */
  loading?: Promise<unknown>
  before?: unknown
}

/** Opens an empty cache. */
export function openCache(clock: Clock): Cache {
  const shelves = new Map<Kept<Key, unknown>, LRUCache<Key, Entry>>()

  function shelfOf(of: Kept<Key, unknown>): LRUCache<Key, Entry> {
    const known = shelves.get(of)
    if (known) return known
    const dispose = of.gone && (({ value }: Entry) => of.gone?.(value))
    const shelf = new LRUCache<Key, Entry>({ max: of.most, ...(dispose && { dispose }) })
    shelves.set(of, shelf)
    return shelf
  }
  /** Where entries never expire, the clock is not read. */
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
      const drop = () => shelf.peek(key) === entry && shelf.delete(key)
      loading.then((value) => (value === undefined ? drop() : (entry.value = value)), drop)
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
