import { wordsOf } from './alphabet.ts'
import type { RunResult } from './run-seed.ts'

/** What a person needs of a run that failed: what is wrong, what it takes, and how to see it again. */
export function reportOf(failed: RunResult, shortest: RunResult): string {
  return [
    `seed ${failed.seed} fails: npm run simulate -- --seed ${failed.seed}`,
    ...failed.failures.map((failure) => `  ${failure}`),
    `it takes ${shortest.operations.length} of its ${failed.operations.length} operations:`,
    ...shortest.operations.map((operation) => `  ${wordsOf(operation)}`),
    ...shortest.failures.map((failure) => `  -> ${failure}`),
  ].join('\n')
}
