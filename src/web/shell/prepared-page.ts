/**
 * A page with gaps for what differs per request, so that a crowd on one page costs one rendering and no encoding.
 * `write` gets a mark for each of the `names` and returns the page with the marks in their places.
 */
export function preparePage<Name extends string>(
  names: readonly Name[],
  write: (marks: Record<Name, string>) => string,
): (own: Record<Name, string>) => Buffer {
  const marks = Object.fromEntries(names.map((name) => [name, gapMark + name + gapMark])) as Record<Name, string>
  const pieces = write(marks).split(gapMark)
  const fixed = pieces.filter((_, i) => i % 2 === 0).map((piece) => Buffer.from(piece))
  const gaps = pieces.filter((_, i) => i % 2 === 1) as Name[]
  const fixedBytes = fixed.reduce((sum, piece) => sum + piece.length, 0)

  return (own) => {
    // The text in a gap is plain ASCII: one byte per character.
    const page = Buffer.allocUnsafe(gaps.reduce((sum, name) => sum + own[name].length, fixedBytes))
    let end = 0
    for (let i = 0; i < fixed.length; i += 1) {
      end += (fixed[i] as Buffer).copy(page, end)
      const name = gaps[i]
      if (name) end += page.write(own[name], end, 'latin1')
    }
    return page
  }
}

/** A character that no text of ours, of a merchant or of WeChat contains. */
const gapMark = '\u0001'
