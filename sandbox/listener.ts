import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json, readIncoming, type Ending } from './http.ts'
import type { Found } from './router.ts'
import type { Incoming } from './http.ts'
import type { SandboxState } from './state.ts'

export type Listener = { url: string; close(): Promise<void> }

type ListenerOptions = {
  state: SandboxState
  find(request: Incoming): Found
  port: number
  address: string
  host: 'main' | 'backup'
  log?: { error(details: object, words: string): void } | undefined
}

/** How long a request without an answer stays open: longer than any caller waits. */
const hangMs = 60_000

/** Serves the routes on one port; resolves once it listens, rejects when the port is taken. */
export function openListener(options: ListenerOptions): Promise<Listener> {
  const server = createServer((request, response) => void serve(options, request, response))
  // Longer than callers keep their connections, so that the sandbox never closes one that is about to be used.
  server.keepAliveTimeout = 65_000
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.address, () => {
      const { port } = server.address() as AddressInfo
      resolve({
        url: `http://${hostName(options)}:${port}`,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed())
            server.closeAllConnections()
          }),
      })
    })
  })
}

/** paycoupon's own host name if both run on this machine: cookies depend on the name and ignore the port. */
function hostName({ state, address }: ListenerOptions): string {
  if (!['127.0.0.1', '0.0.0.0', '::', '::1'].includes(address)) return address
  const { hostname } = new URL(state.settings.appUrl)
  return hostname === '127.0.0.1' ? hostname : 'localhost'
}

async function serve(options: ListenerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    finish(request, response, await run(options, request))
  } catch (fault) {
    options.log?.error({ err: fault, url: request.url }, 'sandbox fault')
    if (!response.headersSent) finish(request, response, json({ message: 'sandbox fault' }, 500))
  }
}

async function run({ state, find, host }: ListenerOptions, request: IncomingMessage): Promise<Ending> {
  const incoming = await readIncoming(request, host)
  const found = find(incoming)
  if (found === undefined) return json({ code: 'RESOURCE_NOT_EXISTS', message: '请求的资源不存在' }, 404)
  if (found === 'wrong_method') return json({ code: 'METHOD_NOT_ALLOWED', message: '请求的方法不对' }, 405)
  return found.run(state, incoming, found.params)
}

function finish(request: IncomingMessage, response: ServerResponse, ending: Ending): void {
  if (ending === 'reset') return void request.socket.resetAndDestroy()
  if (ending === 'hang') return void setTimeout(() => request.socket.destroy(), hangMs).unref()
  const content = ending.bytes ?? ending.body
  response.writeHead(ending.status, { ...ending.headers, 'Content-Length': Buffer.byteLength(content) })
  response.end(content)
}
