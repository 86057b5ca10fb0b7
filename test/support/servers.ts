import { execFileSync } from 'node:child_process'
import { chownSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import pg from 'pg'
import { findPostgres, findRedis } from './installed.ts'
import { freePort } from './listen.ts'
import { quickFolder } from './quick-folder.ts'
import { type Owner, supervise, type Supervised } from './supervised.ts'
import { until } from './waiting.ts'

/** A private throwaway server. It ends when this process ends, however that happens. */
export type TestServer = {
  url: string
  /** Orderly end and start on the same port with the same data (Redis keeps only what was SAVEd). */
  restart(): Promise<void>
  /** Ends it as a crash would; `start` brings it back. */
  kill(): Promise<void>
  start(): Promise<void>
  /** Freezes it: connections stay open and nothing answers. */
  pause(): Promise<void>
  resume(): Promise<void>
  stop(): Promise<void>
}

const startTimeoutMs = 20_000

/** Starts PostgreSQL with an empty cluster. Off the disk and without fsync unless that is asked for: tests want speed, the benchmark the truth. */
export async function startPostgres(options: { fsync?: boolean } = {}): Promise<TestServer> {
  const bin = findPostgres()
  const { directory, owner } = privateDirectory('postgres', options.fsync ? tmpdir() : quickFolder())
  const data = join(directory, 'data')
  const initdb = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
  execFileSync(join(bin, 'initdb'), initdb, { cwd: directory, stdio: 'pipe', ...owner })
  const port = await freePort()
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    'unix_socket_directories=',
    'max_connections=300',
    'shared_buffers=128MB',
    ...(options.fsync ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']),
  ]
  const command = [join(bin, 'postgres'), '-D', data, ...settings.flatMap((setting) => ['-c', setting])]
  const server = supervise({ command, directory, owner, stopSignal: 'INT' })
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  // QUIT is PostgreSQL's immediate shutdown: no checkpoint, recovery from the log at the next start, as after a crash.
  return running(server, url, directory, 'QUIT', () => answersPostgres(url))
}

/** Starts Redis with 512 databases and no persistence of its own; a test that wants old data back calls SAVE. */
export async function startRedis(): Promise<TestServer> {
  const binary = findRedis()
  const { directory, owner } = privateDirectory('redis', tmpdir())
  const port = await freePort()
  const command = [binary, '--port', `${port}`, '--bind', '127.0.0.1', '--databases', '512', '--dir', directory]
  command.push('--save', '', '--appendonly', 'no', '--daemonize', 'no')
  const url = `redis://127.0.0.1:${port}`
  const server = supervise({ command, directory, owner, stopSignal: 'TERM' })
  return running(server, url, directory, 'KILL', () => answersRedis(url))
}

async function running(
  server: Supervised,
  url: string,
  directory: string,
  crash: 'QUIT' | 'KILL',
  answers: () => Promise<boolean>,
): Promise<TestServer> {
  async function start() {
    await server.start()
    await until(answers, { limitMs: startTimeoutMs, everyMs: 30 }).catch((cause: unknown) => {
      throw new Error(`${url} did not start:\n${readFileSync(join(directory, 'output.log'), 'utf8')}`, { cause })
    })
  }
  await start()
  return {
    url,
    start,
    async restart() {
      await server.signal('INT')
      await start()
    },
    kill: () => server.signal(crash),
    pause: () => server.signal('STOP'),
    resume: () => server.signal('CONT'),
    stop: () => server.stop(),
  }
}

async function answersPostgres(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query('select 1')
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}

async function answersRedis(url: string): Promise<boolean> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 1_000 })
  redis.on('error', () => undefined)
  try {
    await redis.connect()
    return (await redis.ping()) === 'PONG'
  } catch {
    return false
  } finally {
    redis.disconnect()
  }
}

/** PostgreSQL refuses to run as root: then server and directory belong to an unprivileged user. */
function privateDirectory(name: string, parent: string): { directory: string; owner: Owner } {
  const directory = mkdtempSync(join(parent, `paycoupon-${name}-`))
  if (process.getuid?.() !== 0) return { directory, owner: undefined }
  const owner = unprivilegedUser()
  chownSync(directory, owner.uid, owner.gid)
  return { directory, owner }
}

function unprivilegedUser(): { uid: number; gid: number } {
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody')
  if (!user) throw new Error('PostgreSQL must not run as root, and this machine has neither a user postgres nor nobody')
  return { uid: Number(user[2]), gid: Number(user[3]) }
}
