import type { Logger } from 'pino'
import { giveMemberKeys } from './merchants/member-keys.ts'
import { openServices } from './open-services.ts'
import type { Clock } from './plumbing/clock.ts'
import type { Config } from './plumbing/config/config.ts'
import { migrate, schemaIsCurrent } from './plumbing/storage/migrate.ts'
import type { Services } from './services.ts'
import { createApp } from './web/app.ts'
import { listen } from './web/listen.ts'
import { createOpsApp } from './web/ops/ops-app.ts'
import { loopsOfEach, loopsOfWorker } from './worker.ts'

/** `opsUrl`: the address of the server on OPS_PORT. */
export type Running = {
  services: Services
  url: string | undefined
  opsUrl: string | undefined
  stop(): Promise<void>
}

/**
 * In production, how long `/readyz` answers 503 before the server stops accepting connections: a load balancer asks
 * every second or two, and must have stopped sending requests before one is refused.
 */
const farewellMs = 3_000

/**
 * Opens the services and starts what ROLE asks for: the web server, the worker's loops, or both. Outside production it
 * first brings the schema up to date. `parts`: another log or clock than its own. `prepare` runs before anything is
 * served or sent. Throws one plain sentence when it cannot start.
 */
export async function start(
  config: Config,
  parts: { log?: Logger; clock?: Clock } = {},
  prepare?: (services: Services) => Promise<void>,
): Promise<Running> {
  const services = await openServices(config, parts)
  try {
    await prepareSchema(services)
    await prepare?.(services)
    const worker = config.role === 'web' ? undefined : loopsOfWorker(services)
    const loops = [...loopsOfEach(services), ...Object.values(worker ?? {})]
    for (const loop of loops) loop.start()
    const members = config.role === 'worker' ? undefined : await serveMembers(services)
    const ops = config.opsPort === undefined ? undefined : await serveOps(services, config.opsPort, worker)

    const stop = async () => {
      services.stopping.abort()
      await members?.close(config.production ? farewellMs : 0)
      await Promise.all(loops.map((loop) => loop.stop()))
      await ops?.close(0)
      await services.close()
    }
    return { services, url: members?.url, opsUrl: ops?.url, stop }
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

function serveMembers(services: Services) {
  const handle = createApp(services).callback()
  return listen((request, response) => void handle(request, response), services.config)
}

function serveOps(services: Services, port: number, worker: ReturnType<typeof loopsOfWorker> | undefined) {
  const handle = createOpsApp(services, worker ? [worker.inbox, worker.delivery] : []).callback()
  return listen((request, response) => void handle(request, response), { ...services.config, port })
}
