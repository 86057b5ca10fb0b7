import { LRUCache } from 'lru-cache'

/** A crowd that taps again and again: some thousand members at a time, half a kilobyte each. */
const maxRemembered = 4_000

/**
 * Remembers the latest results of a pure and costly function of a text, apart for each owner (such as the keys it is
 * computed with). `undefined` is never remembered: a forged text must not push true ones out.
 */
export function memoizePer<O extends object, R extends object | string>(
  compute: (owner: O, text: string) => R | undefined,
): (owner: O, text: string) => R | undefined {
  const owners = new WeakMap<O, LRUCache<string, R>>()
  return (owner, text) => {
    let results = owners.get(owner)
    if (!results) owners.set(owner, (results = new LRUCache<string, R>({ max: maxRemembered })))
    const known = results.get(text)
    if (known !== undefined) return known
    const result = compute(owner, text)
    if (result !== undefined) results.set(text, result)
    return result
  }
}
