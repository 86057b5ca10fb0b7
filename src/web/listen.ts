import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** Listens at `host` and `port`; resolves once connections are accepted. Throws when the port cannot be used. */
export async function listen(handle: RequestListener, host: string, port: number): Promise<Server> {
  const server = createServer(handle)
  // Longer than any proxy keeps an idle connection, so that a proxy never sends a request into a closing one.
  server.keepAliveTimeout = 75_000
  server.headersTimeout = 20_000
  server.requestTimeout = 20_000
  server.listen(port, host)
  await once(server, 'listening')
  return server
}

/**
 * Serves for another `waitMs`, answers what was accepted, then closes: connections end as their current request ends.
 */
export async function close(server: Server, waitMs: number): Promise<void> {
  await sleep(waitMs)
  const closed = once(server, 'close')
  server.close()
  server.closeIdleConnections()
  const busy = setInterval(() => server.closeIdleConnections(), 50)
  await closed
  clearInterval(busy)
}

export function addressOf(server: Server): string {
  const { address, port } = server.address() as AddressInfo
  return `http://${address}:${port}`
}
