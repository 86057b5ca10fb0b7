import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { droppedConnections } from '../plumbing/telemetry/metrics.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { usualPatience } from './patience.ts'

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
