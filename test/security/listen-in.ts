import type { Logger } from 'pino'
import { pino } from 'pino'
import { vi } from 'vitest'
import { openLog } from '../../src/plumbing/telemetry/log.ts'
import { type Output, runCli } from '../../src/cli/run.ts'

/** Everything that this process prints, from now on until it is disposed. */
export type Overheard = Disposable & {
  /** The log at its loudest, and both streams. */
  printed: string[]
  /** The same lines as a log without any mask writes them: what would have leaked. */
  unmasked: string[]
  log: Logger
  /** Runs a command; the exit code. */
  cli(args: string[], env: Record<string, string | undefined>): Promise<number>
}

export function listenIn(): Overheard {
  const printed: string[] = []
  const unmasked: string[] = []
  const streams = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((chunk) => {
      printed.push(String(chunk))
      return true
    }),
  )
  const log = openLog('trace', { write: (line: string) => void printed.push(line) })
  const open = pino({ level: 'trace' }, { write: (line: string) => void unmasked.push(line) })
  const output: Output = { out: (text) => void printed.push(text), err: (text) => void printed.push(text) }
  return {
    printed,
    unmasked,
    log: twinsOf(log, open),
    cli: (args, env) => runCli(args, output, env),
    [Symbol.dispose]: () => streams.forEach((stream) => stream.mockRestore()),
  }
}

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const

/** A log whose lines are written by both. */
function twinsOf(log: Logger, other: Logger): Logger {
  return new Proxy(log, {
    get(target, name) {
      const level = levels.find((one) => one === name)
      if (!level) return Reflect.get(target, name) as unknown
      return (...line: [object, string]) => {
        other[level](...line)
        target[level](...line)
      }
    },
  })
}
