import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

export type Verdict =
  | { kind: 'passed'; tests: number }
  /** The first test that failed. */
  | { kind: 'failed'; file: string; test: string }
  /** No test failed, and not all passed: the code does not load, or it did not end in time. */
  | { kind: 'none'; why: string }

type Report = {
  numPassedTests: number
  success: boolean
  testResults: { name: string; message: string; assertionResults: { status: string; fullName: string }[] }[]
}

const running = new Set<ChildProcess>()
process.on('exit', () => running.forEach(end))

/** Runs test files of the tree at `root` till the first one fails, `workers` files at a time. */
export async function verdictOf(
  root: string,
  tests: string[],
  { workers, env, limitMs }: { workers: number; env: Record<string, string>; limitMs: number },
): Promise<Verdict> {
  const output = join(root, 'verdict.json')
  rmSync(output, { force: true })
  const options = ['--bail=1', '--coverage.enabled=false', `--maxWorkers=${workers}`]
  const report = ['--reporter=json', `--outputFile=${output}`]
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  // A group of its own, so that its workers can be ended with it.
  const child = spawn(process.execPath, [vitest, 'run', ...tests, ...options, ...report], {
    cwd: root,
    env: { ...process.env, ...env },
    detached: true,
    stdio: 'ignore',
  })
  running.add(child)
  const timer = setTimeout(() => end(child), limitMs)
  await new Promise((resolve) => child.once('exit', resolve))
  clearTimeout(timer)
  running.delete(child)
  try {
    return verdictIn(root, JSON.parse(readFileSync(output, 'utf8')) as Report)
  } catch {
    return {
      kind: 'none',
      why: child.signalCode ? `not done after ${limitMs / 1_000} s` : 'the tests could not be run',
    }
  }
}

function verdictIn(root: string, { success, numPassedTests, testResults }: Report): Verdict {
  if (success && numPassedTests > 0) return { kind: 'passed', tests: numPassedTests }
  for (const { name, assertionResults } of testResults) {
    const failed = assertionResults.find(({ status }) => status === 'failed')
    if (failed) return { kind: 'failed', file: name.slice(root.length + 1), test: failed.fullName }
  }
  const message = testResults.find((file) => file.message !== '')?.message ?? 'no test ran'
  return { kind: 'none', why: message.slice(0, 500) }
}

function end(child: ChildProcess): void {
  try {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It ended by itself at this moment.
  }
}
