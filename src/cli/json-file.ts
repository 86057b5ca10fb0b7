import { CliRefusal } from './cli-refusal.ts'
import { readTextFile } from './text-file.ts'

/**
 * The JSON in a file; `-` is standard input. Throws `CliRefusal` that quotes nothing of the file, which may hold keys.
 */
export function readJsonFile(path: string): unknown {
  return parse(path, readTextFile(path))
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    const [, position] = /at position (\d+)/.exec((error as Error).message) ?? []
    throw new CliRefusal(`${path} is not JSON${position ? ` (at character ${Number(position) + 1})` : ''}`)
  }
}
