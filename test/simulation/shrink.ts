import type { Operation } from './alphabet.ts'
import { runSeed, type RunOptions, type RunResult } from './run-seed.ts'
import type { Stage } from './stage.ts'

/**
 * Leaves out operations as long as the run still fails in the same way, and returns the shortest failing run that was
 * found within the time. The seed stays the same, so all that is drawn beside the operations does too.
 */
export async function shrink(
  stage: Stage,
  failed: RunResult,
  limitMs: number,
  mixed: Pick<RunOptions, 'mix'> = {},
): Promise<RunResult> {
  const deadline = performance.now() + limitMs
  const kind = kindOf(failed.failures[0]!)
  let best = failed

  async function fails(operations: Operation[]): Promise<boolean> {
    const result = await runSeed(stage, failed.seed, { ...mixed, operations })
    const same = result.failures.filter((failure) => kindOf(failure) === kind)
    if (same.length === 0) return false
    best = { ...result, failures: [...same, ...result.failures.filter((failure) => kindOf(failure) !== kind)] }
    return true
  }

  for (let size = Math.ceil(best.operations.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < best.operations.length;) {
      if (performance.now() > deadline) return best
      const shorter = best.operations.toSpliced(at, size)
      if (!(await fails(shorter))) at += size
    }
  }
  return best
}

/** Failures begin with the word for what went wrong. */
function kindOf(failure: string): string {
  return failure.split(':')[0]!
}
