import { readFileSync } from 'node:fs'
import { CliRefusal } from './cli-refusal.ts'

/** The text of a file; `-` is standard input. Throws `CliRefusal` when it cannot be read. */
export function readTextFile(path: string): string {
  const standardInput = 0
  try {
    return readFileSync(path === '-' ? standardInput : path, 'utf8')
  } catch (error) {
    throw new CliRefusal(`cannot read ${path}: ${(error as NodeJS.ErrnoException).code}`)
  }
}
