import type { IncomingMessage } from 'node:http'

/** The sender must send the whole body within this time once we have begun to read it. */
const bodyTimeoutMs = 10_000

/** A body that is longer than its limit: status 413. */
class BodyTooLarge extends Error {
  readonly status = 413
  readonly expose = true
}

/**
 * The request's body, at most `limitBytes` of it. Throws an error with status 413 for more, and with status 408 or 400
 * when the sender is too slow or disconnects. Nothing is decoded: signatures cover these bytes.
 */
export function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return Promise.reject(new BodyTooLarge())
  return new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const slow = setTimeout(() => reject(fault(408, 'the body came too slowly')), bodyTimeoutMs)
    // The first of these settles the promise; later ones change nothing.
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

/** The same for a caller that answers 413 in its own form: undefined for a longer body. */
export function readBodyWithin(request: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  return readBody(request, limitBytes).catch((error: unknown) => {
    if (!(error instanceof BodyTooLarge)) throw error
    return undefined
  })
}

function fault(status: number, message: string): Error {
  return Object.assign(new Error(message), { status })
}
