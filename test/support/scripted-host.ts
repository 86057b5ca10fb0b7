import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { close, listen } from './listen.ts'

/** One call as it arrived. */
export type Call = {
  method: string
  /** Path and query as they were sent. */
  url: string
  path: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: string
}

type Headers = Record<string, string>

/** A body is sent as JSON, a text as it is. */
export type Said = {
  status?: number
  body?: unknown
  headers?: Headers
  /** The headers that sign the text, made when it is sent. */
  signature?: (text: string) => Headers
  /** Held back until then. */
  after?: Promise<unknown>
}

/** What becomes of a call; a function decides by the call, or writes the response itself and returns nothing. */
export type Answer = 'silence' | 'hang up' | Said | ((call: Call, response: ServerResponse) => Answer | void)

/** A host that answers by a script and keeps what it was asked: WeChat's place, for the answers that no sandbox gives. */
export type ScriptedHost = AsyncDisposable & {
  url: string
  calls: Call[]
  /** What it answers from now on: these in turn, the last of them for good. */
  answer(...inTurn: Answer[]): void
  /** The same for one path; all others keep their own script. */
  route(path: string, ...inTurn: Answer[]): void
  close(): Promise<void>
}

export async function openScriptedHost(...inTurn: Answer[]): Promise<ScriptedHost> {
  const routes = new Map<string, Answer[]>()
  let rest = inTurn
  const calls: Call[] = []
  // Kept open longer than any test pauses: the only exchanges that break are those that a test breaks.
  const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    void read(request).then((call) => {
      calls.push(call)
      return give(next(routes.get(call.path) ?? rest), call, response)
    })
  })
  return {
    url: await listen(server),
    calls,
    answer: (...inTurn) => void (rest = inTurn),
    route: (path, ...inTurn) => void routes.set(path, inTurn),
    close: () => close(server),
    [Symbol.asyncDispose]: () => close(server),
  }
}

function next(script: Answer[]): Answer {
  return (script.length > 1 ? script.shift() : script[0]) ?? 'silence'
}

async function give(answer: Answer, call: Call, response: ServerResponse): Promise<void> {
  if (typeof answer === 'function') {
    const chosen = answer(call, response)
    return chosen && give(chosen, call, response)
  }
  if (answer === 'silence') return
  if (answer === 'hang up') return void response.socket?.destroy()
  const { status = 200, body = '', headers = { 'Content-Type': 'text/plain' }, signature, after } = answer
  await after
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  response.writeHead(status, { ...headers, ...signature?.(text) }).end(text)
}

async function read(request: IncomingMessage): Promise<Call> {
  const url = request.url ?? '/'
  const { pathname, searchParams } = new URL(url, 'http://host')
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks).toString()
  return { method: request.method!, url, path: pathname, query: searchParams, headers: request.headers, body }
}
