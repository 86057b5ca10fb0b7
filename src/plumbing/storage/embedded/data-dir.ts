import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { clearSocketDir, knock } from './socket-dir.ts'

/** The process that uses a folder's embedded database. */
export type Owner = {
  pid: number
  /** Where it serves guests; undefined while it starts or stops, and always when it is a command, which serves none. */
  socketDir: string | undefined
}

export type Hold = {
  /** Writes for other processes where this one serves them. */
  servesIn(socketDir: string): void
  release(): void
}

/**
 * Makes this process the only one that uses `dataDir`'s embedded database. A lock whose process is gone is taken over.
 * Throws one plain sentence when another living process holds it.
 */
export async function holdDataDir(dataDir: string): Promise<Hold> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const file = lockIn(dataDir)
  const owner = await ownerOf(dataDir)
  if (owner) throw inUse(dataDir, owner)
  const dead = readLock(dataDir)
  if (dead?.socketDir) clearSocketDir(dead.socketDir)
  rmSync(file, { force: true })
  try {
    writeFileSync(file, `${process.pid}\n`, { flag: 'wx' })
  } catch (error) {
    const quicker = readLock(dataDir)
    throw quicker ? inUse(dataDir, quicker) : error
  }
  return {
    servesIn: (socketDir) => writeFileSync(file, `${process.pid}\n${socketDir}\n`),
    release: () => rmSync(file, { force: true }),
  }
}

/**
 * The living owner of `dataDir`. A process number proves little: it is soon given to another process, above all in
 * containers. A socket proves more: if it refuses connections, its process is gone.
 */
export async function ownerOf(dataDir: string): Promise<Owner | undefined> {
  const owner = readLock(dataDir)
  if (!owner) return undefined
  const answer = owner.socketDir ? await knock(owner.socketDir) : 'nothing there'
  if (answer === 'open') return owner
  if (answer === 'refused' || owner.pid === process.pid || !isAlive(owner.pid)) return undefined
  return { pid: owner.pid, socketDir: undefined }
}

function lockIn(dataDir: string): string {
  return join(dataDir, 'owner.pid')
}

function readLock(dataDir: string): Owner | undefined {
  try {
    const [pid, socketDir] = readFileSync(lockIn(dataDir), 'utf8').split('\n')
    return Number(pid) ? { pid: Number(pid), socketDir: socketDir || undefined } : undefined
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function inUse(dataDir: string, { pid }: Owner): Error {
  return new Error(
    `the embedded database in ${dataDir} is in use by process ${pid}: stop it first, or set DATABASE_URL to a PostgreSQL that several processes may share`,
  )
}
