import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { openGateRepair } from './gate/gate-repair.ts'
import type { Config } from './plumbing/config/config.ts'
import { openDeliveryLoop } from './delivery/loop.ts'
import { openInboxLoop } from './inbox/loop.ts'
import { giveMemberKeys } from './merchants/member-keys.ts'
import { migrate, schemaIsCurrent } from './plumbing/storage/migrate.ts'
import { openServices } from './open-services.ts'
import type { Services } from './services.ts'
import { createApp } from './web/app.ts'
import { markStopping } from './web/shell/stopping.ts'

export type Running = { services: Services; url: string | undefined; stop(): Promise<void> }

/**
 * How long `/readyz` says no before the door closes, in production: a load balancer asks every second or two, and must
 * have looked away before a connection is refused.
 */
const farewellMs = 3_000

/**
 * Opens the services and starts what ROLE asks for: the web server, the worker's loops, or both. Outside production
 * the schema is brought up to date first. `prepare` runs before anything is served or sent. Throws one plain sentence
 * when it cannot start.
 */
export async function start(
  config: Config,
  log?: Logger,
  prepare?: (services: Services) => Promise<void>,
): Promise<Running> {
  const services = await openServices(config, log ? { log } : {})
  try {
    await prepareSchema(services)
    await prepare?.(services)
    const loops = config.role === 'web' ? [] : openLoops(services)
    for (const loop of loops) loop.start()
    const server = config.role === 'worker' ? undefined : await listen(services)

    const stop = async () => {
      markStopping()
      if (server) await close(server, config.production ? farewellMs : 0)
      await Promise.all(loops.map((loop) => loop.stop()))
      await services.close()
    }
    return { services, url: server && addressOf(server), stop }
  } catch (error) {
    await services.close()
    throw error
  }
}

async function prepareSchema({ config, db, log, secrets }: Services): Promise<void> {
  if (config.production) {
    if (!(await schemaIsCurrent(db))) throw new Error('the database has an older schema: run "npm run migrate" first')
    return
  }
  const applied = await migrate(db)
  await giveMemberKeys(db, secrets)
  if (applied.length > 0) log.info({ applied }, 'database schema brought up to date')
}

function openLoops(services: Services) {
  return [openInboxLoop(services), openDeliveryLoop(services), openGateRepair(services)]
}

async function listen(services: Services): Promise<Server> {
  const { host, port } = services.config
  const handle = createApp(services).callback()
  const server = createServer((request, response) => void handle(request, response))
  // Longer than any proxy keeps an idle connection, so that it never sends a request into a closing one.
  server.keepAliveTimeout = 75_000
  server.headersTimeout = 20_000
  server.requestTimeout = 20_000
  server.listen(port, host)
  await once(server, 'listening')
  return server
}

/** Answers what was accepted, then closes: connections end as their present request ends. */
async function close(server: Server, waitMs: number): Promise<void> {
  await sleep(waitMs)
  const closed = once(server, 'close')
  server.close()
  server.closeIdleConnections()
  const busy = setInterval(() => server.closeIdleConnections(), 50)
  await closed
  clearInterval(busy)
}

function addressOf(server: Server): string {
  const { address, port } = server.address() as AddressInfo
  return `http://${address}:${port}`
}
