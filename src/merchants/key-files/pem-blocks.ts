/** A block of PEM text: what it says it is, and the whole of it. */
export type PemBlock = { kind: string; pem: string }

/** More than any set of keys has. */
const mostBlocks = 32
const begin = '-----BEGIN '
const dashes = '-----'

/** The blocks of a text, in their order; what stands around them is left out. */
export function pemBlocks(text: string): PemBlock[] {
  const blocks: PemBlock[] = []
  let at = text.indexOf(begin)
  while (at >= 0 && blocks.length < mostBlocks) {
    const labelEnd = text.indexOf(dashes, at + begin.length)
    if (labelEnd < 0) return blocks
    const kind = text.slice(at + begin.length, labelEnd)
    const ending = `-----END ${kind}-----`
    const end = text.indexOf(ending, labelEnd)
    if (end < 0) return blocks
    blocks.push({ kind, pem: `${text.slice(at, end + ending.length)}\n` })
    at = text.indexOf(begin, end)
  }
  return blocks
}
