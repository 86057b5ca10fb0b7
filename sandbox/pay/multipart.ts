import type { Incoming } from '../http.ts'

/** One part of a form, with its bytes as they came. */
export type Part = { name: string; filename: string | undefined; bytes: Buffer }

export function isMultipart({ headers }: Incoming): boolean {
  return headers['content-type']?.startsWith('multipart/form-data') ?? false
}

/** The parts of a `multipart/form-data` body; none when it is not one (RFC 7578). */
export function partsOf({ headers, body }: Incoming): Part[] {
  const [, quoted, plain] = /boundary=(?:"([^"]+)"|([^;\s]+))/.exec(headers['content-type'] ?? '') ?? []
  const boundary = quoted ?? plain
  if (!boundary) return []
  // One byte per character, so that positions are those of the bytes.
  const pieces = `\r\n${body.toString('latin1')}`.split(`\r\n--${boundary}`).slice(1, -1)
  return pieces.flatMap((piece) => {
    const end = piece.indexOf('\r\n\r\n')
    if (end < 0) return []
    const head = Buffer.from(piece.slice(0, end), 'latin1').toString()
    const [, name] = /[; ]name="([^"]*)"/i.exec(head) ?? []
    const [, filename] = /filename="([^"]*)"/i.exec(head) ?? []
    return name === undefined ? [] : [{ name, filename, bytes: Buffer.from(piece.slice(end + 4), 'latin1') }]
  })
}

/** What the signature of a request covers beside its head: the body, or of a form only the part `meta`. */
export function signedText(request: Incoming): string {
  if (!isMultipart(request)) return request.body.toString()
  return (
    partsOf(request)
      .find(({ name }) => name === 'meta')
      ?.bytes.toString() ?? ''
  )
}
