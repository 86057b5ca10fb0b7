import { UnreadableFile } from './unreadable-file.ts'

/**
 * The cells of a flow file's row (docs/wechat/bills.md 5): most begin with an accent and go on to the next comma that
 * has an accent or a quote behind it, the last ones stand in quotes, and one may have neither.
 */
export function flowCells(line: string, lineNumber: number): string[] {
  const cells: string[] = []
  for (let from = 0; ;) {
    const [cell, end] = cellFrom(line, from, lineNumber)
    cells.push(cell)
    if (end >= line.length) return cells
    from = end + 1
  }
}

/** One cell and where it ends: at a comma or at the end of the line. */
function cellFrom(line: string, from: number, lineNumber: number): [string, number] {
  if (line[from] === '`') {
    const end = endOf(line, /,(?=[`"])/g, from + 1)
    return [line.slice(from + 1, end), end]
  }
  if (line[from] === '"') {
    const close = /"(?=,|$)/g
    close.lastIndex = from + 1
    const end = close.exec(line)?.index
    if (end === undefined) throw new UnreadableFile(`line ${lineNumber}: a quote has no end`)
    return [line.slice(from + 1, end).replaceAll('""', '"'), end + 1]
  }
  const end = endOf(line, /,/g, from)
  return [line.slice(from, end), end]
}

function endOf(line: string, separator: RegExp, from: number): number {
  separator.lastIndex = from
  return separator.exec(line)?.index ?? line.length
}
