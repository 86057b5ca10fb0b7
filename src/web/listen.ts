import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { droppedConnections } from '../plumbing/telemetry/metrics.ts'
import { oneAtATime } from './one-at-a-time.ts'

/** How long a client may take. Whoever takes longer loses the connection. */
export type Patience = {
  /** For the headers, from the connection or the first byte of a later request. */
  headersMs: number
  /** For the whole request with its body. */
  requestMs: number
  /** From the end of the headers until the client has taken the whole answer. */
  exchangeMs: number
  /** Between an answer and the next request. */
  idleMs: number
  /** For what is under way when the server stops. */
  lastMs: number
  /** How often the first two are looked at. */
  lookMs: number
}

export const usualPatience: Patience = {
  headersMs: 15_000,
  requestMs: 20_000,
  // Far longer than our slowest answer, so that only a client that does not read meets it.
  exchangeMs: 60_000,
  // Longer than a proxy keeps an idle connection, so that it never sends a request into a closing one.
  idleMs: 75_000,
  // The process itself ends after 20 s, whatever is left.
  lastMs: 10_000,
  lookMs: 1_000,
}

/** More than a proxy lets through with what it adds: whoever has too many cookies sees the proxy's page. */
const headerBytes = 20 * 1024

export type Door = {
  url: string
  /** Serves for another `waitMs`, answers what was accepted, then closes. Whoever has sent nothing is not waited for. */
  close(waitMs: number): Promise<void>
}

/**
 * Listens at `host` and `port`; resolves once connections are accepted. Connections beyond `maxConnections` are closed
 * at once. Throws when the port cannot be used.
 */
export async function listen(
  handle: RequestListener,
  { host, port, maxConnections }: { host: string; port: number; maxConnections: number },
  patience = usualPatience,
): Promise<Door> {
  const limits = {
    headersTimeout: patience.headersMs,
    requestTimeout: patience.requestMs,
    keepAliveTimeout: patience.idleMs,
    connectionsCheckingInterval: patience.lookMs,
    maxHeaderSize: headerBytes,
  }
  const server = createServer(limits, oneAtATime(handle, patience.exchangeMs))
  server.maxConnections = maxConnections
  server.on('drop', () => droppedConnections.inc())
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(port, host)
  await once(server, 'listening')
  return { url: addressOf(server), close: (waitMs) => close(server, sockets, waitMs, patience.lastMs) }
}

/** A closing server no longer looks for slow clients: without `lastMs` one of them would keep the process. */
async function close(server: Server, sockets: Set<Socket>, waitMs: number, lastMs: number): Promise<void> {
  await sleep(waitMs)
  const closed = once(server, 'close')
  server.close()
  const sweep = setInterval(() => {
    server.closeIdleConnections()
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
  }, 50)
  const last = setTimeout(() => server.closeAllConnections(), lastMs)
  await closed
  clearInterval(sweep)
  clearTimeout(last)
}

function addressOf(server: Server): string {
  const { address, port } = server.address() as AddressInfo
  return `http://${address}:${port}`
}
