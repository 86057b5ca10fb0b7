import type { Secrets } from '../plumbing/secrets/vault.ts'

type Sealed<Name extends string> = Record<`${Name}_sealed`, string | null>

/** Seals the secrets of a file into a row's columns. */
export type Sealer = {
  /**
   * The `…_sealed` columns of `names`. An unchanged secret keeps its sealed text, so that only real changes are shown.
   */
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
