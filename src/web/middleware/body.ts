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
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw new BodyTooLarge()
  return await new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const timer = setTimeout(
      () => finish(Object.assign(new Error('the body came too slowly'), { status: 408 })),
      bodyTimeoutMs,
    )
    const onData = (chunk: Buffer) => {
      size += chunk.length
      chunks.push(chunk)
      if (size > limitBytes) finish(new BodyTooLarge())
    }
    const onEnd = () => finish()
    const onGone = () => finish(Object.assign(new Error('the sender went away'), { status: 400 }))
    function finish(error?: Error) {
      clearTimeout(timer)
      request.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone)
      if (error) reject(error)
      else resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks))
    }
    request.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone)
  })
}
