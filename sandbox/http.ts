import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'

/**
 * A request with its whole body. `target` is the path with its query, byte for byte as it came, because the signature
 * covers it.
 */
export type Incoming = {
  method: string
  target: string
  path: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: Buffer
  host: 'main' | 'backup'
}

/** `bytes`: a file that is no text, sent instead of `body`. */
export type Answer = { status: number; headers: Record<string, string | string[]>; body: string; bytes?: Buffer }

/**
 * How a request ends: with an answer, with a closed connection, or without an answer for as long as the caller waits.
 */
export type Ending = Answer | 'reset' | 'hang'

/** More than the largest body of WeChat's calls, a picture that is too big, and of the control calls. */
const bodyLimitBytes = 4 * 1024 * 1024

export async function readIncoming(request: IncomingMessage, host: 'main' | 'backup'): Promise<Incoming> {
  const target = request.url ?? '/'
  const mark = target.indexOf('?')
  const path = mark < 0 ? target : target.slice(0, mark)
  const query = new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1))
  const body = request.method === 'GET' ? noBody : await readBody(request)
  return { method: request.method ?? 'GET', target, path, query, headers: request.headers, body, host }
}

export function json(body: unknown, status = 200): Answer {
  return { status, headers: { 'Content-Type': 'application/json; charset=utf-8' }, body: JSON.stringify(body) }
}

export function html(body: string, status = 200, headers: Answer['headers'] = {}): Answer {
  return {
    status,
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store', ...headers },
    body,
  }
}

export function redirect(location: string, status: 302 | 303, headers: Answer['headers'] = {}): Answer {
  return { status, headers: { Location: location, 'Cache-Control': 'no-store', ...headers }, body: '' }
}

/** Waits in real time, whatever the sandbox's clock says. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}

const noBody = Buffer.alloc(0)

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > bodyLimitBytes) throw new Error('body too large')
    chunks.push(chunk)
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
}
