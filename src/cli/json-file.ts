import { readFileSync } from 'node:fs'
import { CliRefusal } from './cli-refusal.ts'

/** The JSON in a file; `-` is standard input. Throws `CliRefusal` without quoting the file: it may hold keys. */
export function readJsonFile(path: string): unknown {
  return parse(path, read(path))
}

function read(path: string): string {
  const standardInput = 0
  try {
    return readFileSync(path === '-' ? standardInput : path, 'utf8')
  } catch (error) {
    throw new CliRefusal(`cannot read ${path}: ${(error as NodeJS.ErrnoException).code}`)
  }
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    const [, position] = /at position (\d+)/.exec((error as Error).message) ?? []
    throw new CliRefusal(`${path} is not JSON${position ? ` (at character ${Number(position) + 1})` : ''}`)
  }
}
