import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One place of the source and what stands there instead. `find` must be there exactly once. */
export type Edit = { file: string; find: string; replace: string }

/** A bug that somebody could write into the money path, and the tests that must not let it through. */
export type Mutant = Edit & {
  name: string
  /** What would go wrong. */
  harm: string
  /** Test files of which one must fail. */
  tests: string[]
  /** Its number among the first twenty, which were drawn up on an earlier state of the code. */
  was?: number
  /**
   * A second guard that makes the bug harmless: `tests` must pass with the bug alone, and with the guard alone gone, so
   * that it is the bug that fails them once both are planted.
   */
  guardedBy?: Edit & { guard: string }
}

/** The code has moved on: the mutant must be written anew. */
export class Stale extends Error {}

/** Returns the file's text with the edit made. Throws `Stale` when what it looks for is not there exactly once. */
export function planted(root: string, { file, find, replace }: Edit): string {
  const parts = readFileSync(join(root, file), 'utf8').split(find)
  if (parts.length !== 2) throw new Stale(`is stale: found ${parts.length - 1} times in ${file}: ${find}`)
  return parts.join(replace)
}
