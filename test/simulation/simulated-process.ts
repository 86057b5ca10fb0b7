import type { Redis } from 'ioredis'
import type { Dispatcher } from 'undici'
import { type GateRepair, openGateRepair } from '../../src/gate/gate-repair.ts'
import type { Config } from '../../src/plumbing/config/config.ts'
import { type DeliveryLoop, openDeliveryLoop } from '../../src/delivery/loop.ts'
import { type InboxLoop, openInboxLoop } from '../../src/inbox/loop.ts'
import { openLog } from '../../src/plumbing/telemetry/log.ts'
import { openServices } from '../../src/open-services.ts'
import type { Services } from '../../src/services.ts'
import { createApp } from '../../src/web/app.ts'
import type { Actor } from './context.ts'
import type { SqlSteps } from './sql-steps.ts'
import { stepRedis } from './redis-steps.ts'
import type { Steps } from './steps.ts'
import type { VirtualTime } from './virtual-time.ts'

/** One process of ours, web and worker in one, whose every boundary is a step. */
export type SimulatedProcess = Actor & {
  /** What PostgreSQL knows its connections by; no other process ever has it. */
  applicationName: string
  services: Services
  inbox: InboxLoop
  delivery: DeliveryLoop
  repair: GateRepair
  app: ReturnType<ReturnType<typeof createApp>['callback']>
  /** What happens to its next statements and commands. */
  sqlFaults: (SqlFault | undefined)[]
  redisFaults: (RedisFault | undefined)[]
  /** When a turn at the account's pace is not to be had. */
  hasTurn: () => boolean
}

export type SqlFault = 'cut before' | 'cut after'
export type RedisFault = 'lost' | 'answer lost'

export type ProcessOptions = {
  name: string
  /** How far its clock is from the true time. */
  offsetMs: number
  config: Config
  time: VirtualTime
  steps: Steps
  sql: SqlSteps
  network: (process: SimulatedProcess) => Dispatcher['dispatch']
}

let opened = 0

export async function openSimulatedProcess(options: ProcessOptions): Promise<SimulatedProcess> {
  const { name, offsetMs, time, steps } = options
  opened += 1
  const applicationName = `simulated-${opened}`
  const url = new URL(options.config.databaseUrl as string)
  url.searchParams.set('application_name', applicationName)
  const services = await openServices(
    { ...options.config, databaseUrl: url.href },
    {
      clock: { now: () => new Date(time.date().getTime() + offsetMs) },
      processName: name,
      log: openLog('silent'),
    },
  )
  const process: SimulatedProcess = {
    name,
    applicationName,
    alive: true,
    stalledUntil: 0,
    services,
    inbox: openInboxLoop(services),
    delivery: openDeliveryLoop(services),
    repair: openGateRepair(services),
    app: createApp(services).callback(),
    sqlFaults: [],
    redisFaults: [],
    hasTurn: () => true,
  }
  // Here a loop looks when it is its turn, and nothing rings.
  services.bells.ring = () => undefined
  // Turns of the pace are of real seconds; they have tests of their own.
  services.pace.take = async () => process.hasTurn()
  services.pace.comeAgainMs = () => 500
  // So are the walls: here every call goes straight to the simulated network.
  const http = { dispatch: options.network(process) }
  services.walls.of = () => ({ room: () => Infinity, enter: () => ({ http, leave: () => undefined }) })
  if (services.redis) stepRedis(steps, process, services.redis as Redis)
  options.sql.adopt(process)
  return process
}
