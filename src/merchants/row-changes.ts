import { isDeepStrictEqual } from 'node:util'
import type { Secrets } from '../secrets.ts'

type Sealed<Name extends string> = Record<`${Name}_sealed`, string | null>

/** Seals the secrets of a file into a row's columns. */
export type Sealer = {
  /** The `…_sealed` columns of `names`: the text before where the secret is the same, so that only a change looks like one. */
  columns<Name extends string>(
    names: readonly Name[],
    given: Partial<Record<Name, string>>,
    before: Sealed<Name> | undefined,
    place: (name: Name) => string,
  ): Sealed<Name>
}

export function openSealer(secrets: Secrets): Sealer {
  function seal(text: string | undefined, sealed: string | null, place: string): string | null {
    if (text === undefined) return null
    const same = sealed !== null && !secrets.needsResealing(sealed) && secrets.open(sealed, place).reveal() === text
    return same ? sealed : secrets.seal(text, place)
  }
  return {
    columns(names, given, before, place) {
      const columns = names.map((name) => [
        `${name}_sealed`,
        seal(given[name], before?.[`${name}_sealed`] ?? null, place(name)),
      ])
      return Object.fromEntries(columns)
    },
  }
}

/**
 * What differs between a row and its new values, in words. A plain field shows its old and new value; of a secret, and of
 * anything long, only that it changed.
 */
export function changedFields(before: object, after: Record<string, unknown>): string[] {
  const old = before as Record<string, unknown>
  return Object.keys(after)
    .filter((name) => !isDeepStrictEqual(old[name], after[name]))
    .map((name) => describe(name, old[name], after[name]))
}

const shownLengthAtMost = 60

function describe(name: string, before: unknown, after: unknown): string {
  const field = name.replace(/_sealed$/, '')
  if (after === null) return `${field} removed`
  if (before === null || before === undefined) return `${field} set`
  const shown = [before, after].map(show)
  const short = shown.every((text) => text.length <= shownLengthAtMost && !text.includes('\n'))
  return name.endsWith('_sealed') || !short ? `${field} replaced` : `${field} ${shown[0]} → ${shown[1]}`
}

function show(value: unknown): string {
  return value instanceof Date ? value.toISOString() : typeof value === 'string' ? value : JSON.stringify(value)
}
