import { UnreadableFile } from './unreadable-file.ts'

/** Cuts bytes into lines, which end with CRLF or LF; a BOM is dropped. */
export type Lines = {
  push(bytes: Uint8Array): string[]
  /** The last line, where no line end follows it. */
  end(): string[]
}

/** A row of a bill has a few hundred characters; a product's name and `attach` add a few hundred more. */
const longestLine = 64 * 1024

/** `push` and `end` throw `UnreadableFile` for bytes that are not UTF-8, and for a line without an end. */
export function openLines(): Lines {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest = ''

  function decoded(bytes?: Uint8Array): string {
    try {
      return decoder.decode(bytes, { stream: bytes !== undefined })
    } catch {
      throw new UnreadableFile('it is not UTF-8')
    }
  }

  return {
    push(bytes) {
      const lines = (rest + decoded(bytes)).split('\n')
      rest = lines.pop()!
      if (rest.length > longestLine) throw new UnreadableFile(`a line is longer than ${longestLine} characters`)
      return lines.map(withoutReturn)
    },
    end() {
      const last = rest + decoded()
      return last === '' ? [] : [withoutReturn(last)]
    },
  }
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}
