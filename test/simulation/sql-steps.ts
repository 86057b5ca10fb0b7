import pg from 'pg'
import { outside } from './context.ts'
import type { SimulatedProcess } from './simulated-process.ts'
import type { Steps } from './steps.ts'

/**
 * Makes every statement of a simulated process a step: the first one of a borrowed connection waits before the
 * connection is borrowed, every later one before it is sent. A process is known by its connections' application_name.
 */
export type SqlSteps = { adopt(process: SimulatedProcess): void; leave(process: SimulatedProcess): void }

type Adopted = { process: SimulatedProcess; steps: Steps }
/** By application_name. What a dead process's code still wants never comes about. */
const adopted = new Map<string, Adopted | 'dead'>()
const justBorrowed = new WeakSet<pg.Client>()
let installed = false

export function openSqlSteps(steps: Steps, beforeStatement: BeforeStatement): SqlSteps {
  install(beforeStatement)
  return {
    adopt: (process) => void adopted.set(process.applicationName, { process, steps }),
    leave: (process) => void adopted.set(process.applicationName, 'dead'),
  }
}

type BeforeStatement = (process: SimulatedProcess, text: string) => Promise<void>
let prepare: BeforeStatement = () => Promise.resolve()

function install(beforeStatement: BeforeStatement): void {
  prepare = beforeStatement
  if (installed) return
  installed = true
  const pools = pg.Pool.prototype as unknown as { connect(...args: unknown[]): unknown }
  const { connect } = pools
  pools.connect = function (this: pg.Pool, ...args) {
    const found = adopted.get(nameIn(this.options.connectionString))
    if (!found || args.length > 0) return connect.apply(this, args)
    if (found === 'dead') return never()
    return borrow(found, this, () => outside(() => connect.apply(this) as Promise<pg.PoolClient>))
  }

  const { query } = pg.Client.prototype
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    const send = () => outside(() => (query as (...args: unknown[]) => unknown).apply(this, args))
    const found = adopted.get(applicationOf(this))
    if (!found) return send()
    return found === 'dead' ? never() : ask(found, this, textOf(args[0]), send as () => Promise<unknown>)
  } as typeof query
}

async function borrow({ process, steps }: Adopted, pool: pg.Pool, connect: () => Promise<pg.PoolClient>) {
  await steps.park(process, 'sql', 'connect')
  // With none to be had it waits for another task, which is not under way by itself.
  const must = pool.idleCount === 0 && pool.totalCount >= pool.options.max
  const client = await (must ? connect() : steps.track(process, connect))
  justBorrowed.add(client)
  return client
}

async function ask({ process, steps }: Adopted, client: pg.Client, text: string, send: () => Promise<unknown>) {
  if (!justBorrowed.delete(client)) await steps.park(process, 'sql', shortly(text))
  const fault = text === 'rollback' ? undefined : process.sqlFaults.shift()
  if (fault === 'cut before') return cut(client)
  await prepare(process, shortly(text))
  const pid = (client as unknown as { processID: number }).processID
  const result = await steps.track(process, send, pid)
  if (fault === 'cut after') return cut(client)
  return result
}

function never(): Promise<never> {
  return new Promise(() => undefined)
}

function cut(client: pg.Client): never {
  ;(client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy()
  throw new Error('Connection terminated unexpectedly')
}

function nameIn(connectionString: string | undefined): string {
  return connectionString?.includes('application_name')
    ? (new URL(connectionString).searchParams.get('application_name') ?? '')
    : ''
}

function applicationOf(client: pg.Client): string {
  return (client as unknown as { connectionParameters: { application_name?: string } }).connectionParameters
    .application_name as string
}

function textOf(query: unknown): string {
  return typeof query === 'string' ? query : (query as { text: string }).text
}

/** `update coupons` says enough in a trace. */
function shortly(text: string): string {
  const bare = text
    .replace(/\/\*.*?\*\//g, '')
    .replaceAll('"', '')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase()
  const verb = /^\w+/.exec(bare)?.[0] ?? ''
  const table = /(?:from|into|update) (\w+)/.exec(bare)?.[1]
  return table ? `${verb} ${table}` : verb
}
