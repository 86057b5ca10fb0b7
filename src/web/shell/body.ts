import type { IncomingMessage } from 'node:http'

/** The sender gets this long to hand over a body that we have begun to read. */
const bodyTimeoutMs = 10_000

/** A body over its limit: 413. */
export class BodyTooLarge extends Error {
  readonly status = 413
  readonly expose = true
}

/**
 * The request's body, at most `limitBytes` of it. Throws `BodyTooLarge`, or a fault with status 408 or 400 when the
 * sender dawdles or goes away. Nothing is decoded: a signature is over these bytes.
 */
export function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return Promise.reject(new BodyTooLarge())
  return new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const slow = setTimeout(() => reject(fault(408, 'the body came too slowly')), bodyTimeoutMs)
    // The first of these settles the promise; what comes after it changes nothing.
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= limitBytes) return void chunks.push(chunk)
      request.pause()
      reject(new BodyTooLarge())
    })
    request.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)))
    request.on('error', () => reject(fault(400, 'the sender went away')))
    request.on('close', () => {
      clearTimeout(slow)
      reject(fault(400, 'the sender went away'))
    })
  })
}

/** The same for who answers a body over its limit in words of their own: undefined. */
export function readBodyWithin(request: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  return readBody(request, limitBytes).catch((error: unknown) => {
    if (!(error instanceof BodyTooLarge)) throw error
    return undefined
  })
}

function fault(status: number, message: string): Error {
  return Object.assign(new Error(message), { status })
}
