/** PostgreSQL's wire protocol, as far as it is needed between a client and PGlite. */

export type Message = {
  /** The letter of the message; empty for messages before the session, which have no letter. */
  type: string
  bytes: Buffer
}

/** Far longer than any statement of ours; a client that sends more is not ours. */
export const mostBytes = 64 * 1024 * 1024

/** Splits the bytes of a client into messages, in whatever pieces they arrive. Throws when they cannot be a message. */
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

/** The request codes of messages before a session. */
export const sessionRequest = 0x0003_0000
export const encryptionRequests: readonly number[] = [80_877_103, 80_877_104]
export function requestCode(bytes: Buffer): number {
  return bytes.readInt32BE(4)
}
export const noEncryption = Buffer.from('N')

/**
 * Accepts a client without a password: only this user can reach the socket. It gets no cancel key, since PGlite cannot
 * be interrupted.
 */
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
/** Ends a COPY FROM STDIN; at any other time it has no effect. */
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
