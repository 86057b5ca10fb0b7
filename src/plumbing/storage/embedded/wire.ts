/** PostgreSQL's wire protocol, as much of it as stands between a client and PGlite. */

export type Message = {
  /** The letter of the message; empty for those before the session, which have none. */
  type: string
  bytes: Buffer
}

/** Far longer than any statement of ours; a client that says more is not one. */
export const mostBytes = 64 * 1024 * 1024

/** Cuts what a client says into messages, however it arrives. Throws at what cannot be one. */
export function openReader(): (chunk: Buffer) => Message[] {
  let rest: Buffer = Buffer.alloc(0)
  let begun = false

  function next(): Message | undefined {
    const typeBytes = begun ? 1 : 0
    if (rest.length < typeBytes + 4) return undefined
    const length = rest.readInt32BE(typeBytes)
    if (length < (begun ? 4 : 8) || length > mostBytes) throw new Error('that is not the protocol of PostgreSQL')
    if (rest.length < typeBytes + length) return undefined
    const bytes = rest.subarray(0, typeBytes + length)
    rest = rest.subarray(typeBytes + length)
    const type = begun ? String.fromCharCode(bytes[0] as number) : ''
    begun ||= requestCode(bytes) === sessionRequest
    return { type, bytes }
  }

  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const messages: Message[] = []
    for (let message = next(); message; message = next()) messages.push(message)
    return messages
  }
}

/** What the messages before a session ask for. */
export const sessionRequest = 0x0003_0000
export const encryptionRequests: readonly number[] = [80_877_103, 80_877_104]
export function requestCode(bytes: Buffer): number {
  return bytes.readInt32BE(4)
}
export const noEncryption = Buffer.from('N')

/** Lets a client in: who reaches the socket may. It gets no number for cancelling, since PGlite cannot be interrupted. */
export function sessionAnswer(serverVersion: string): Buffer {
  const settings = {
    server_version: serverVersion,
    server_encoding: 'UTF8',
    client_encoding: 'UTF8',
    DateStyle: 'ISO, MDY',
    integer_datetimes: 'on',
    standard_conforming_strings: 'on',
  }
  const told = Object.entries(settings).map(([name, value]) => message('S', text(name), text(value)))
  return Buffer.concat([message('R', int32(0)), ...told, message('Z', Buffer.from('I'))])
}

export const sync = message('S')
/** Ends a COPY FROM STDIN, and is nothing at any other time. */
export const copyFail = message('f', text('COPY FROM STDIN does not work with the embedded database'))

/** An error after which the connection ends. */
export function fatal(code: string, sentence: string): Buffer {
  const fields = Object.entries({ S: 'FATAL', V: 'FATAL', C: code, M: sentence })
  return message('E', ...fields.map(([name, value]) => text(name + value)), Buffer.alloc(1))
}

function message(type: string, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body])
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function text(value: string): Buffer {
  return Buffer.from(`${value}\0`)
}
