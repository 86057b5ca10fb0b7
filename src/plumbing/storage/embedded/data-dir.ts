import { join } from 'node:path'
import { makePrivateFolder } from '../../files/private.ts'
import { createLock, type Lock, moveLockAside, readLock, removeLock, replaceLock } from './lock-file.ts'
import { clearSignOfLife, giveSignOfLife } from './sign-of-life.ts'
import { clearSocketDir, knock, socketIn } from './socket-dir.ts'

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

/** Of several that start at once, one is the owner after the first try; the others learn it at their second. */
const mostTries = 3

/**
 * Makes this process the only one that uses `dataDir`'s embedded database, and closes the folder to other users. A lock
 * whose process is gone is taken over. Throws one plain sentence when a living process holds it.
 */
export async function holdDataDir(dataDir: string): Promise<Hold> {
  makePrivateFolder(dataDir)
  const file = lockIn(dataDir)
  const alive = await giveSignOfLife(dataDir)
  try {
    await take(dataDir, { pid: process.pid, socketDir: undefined, alive: alive.path })
  } catch (error) {
    alive.end()
    throw error
  }
  return {
    servesIn: (socketDir) => replaceLock(file, { pid: process.pid, socketDir, alive: alive.path }),
    release() {
      removeLock(file, alive.path)
      alive.end()
    },
  }
}

/**
 * The living owner of `dataDir`. Its process number proves nothing: after the restart of a container, or of a machine,
 * any other process may have it, this one too. A socket proves it: if it refuses connections, its process is gone.
 */
export async function ownerOf(dataDir: string): Promise<Owner | undefined> {
  const lock = readLock(lockIn(dataDir))
  return lock && (await isAlive(lock)) ? lock : undefined
}

async function take(dataDir: string, mine: Lock): Promise<void> {
  const file = lockIn(dataDir)
  for (let tries = 0; tries < mostTries; tries += 1) {
    const found = readLock(file)
    if (found && (await isAlive(found))) throw inUse(dataDir, found)
    if (found && moveLockAside(file, found)) clearAfter(found)
    if (createLock(file, mine)) return
  }
  throw inUse(dataDir, readLock(file))
}

/** Removes the sockets of a dead process. */
function clearAfter({ socketDir, alive }: Lock): void {
  if (socketDir) clearSocketDir(socketDir)
  if (alive) clearSignOfLife(alive)
}

async function isAlive({ socketDir, alive }: Lock): Promise<boolean> {
  // A lock of an earlier release has no sign of life, only the socket for guests.
  const path = alive ?? (socketDir && socketIn(socketDir))
  return path !== undefined && (await knock(path))
}

function lockIn(dataDir: string): string {
  return join(dataDir, 'owner.pid')
}

function inUse(dataDir: string, owner: Owner | undefined): Error {
  return new Error(
    `the embedded database in ${dataDir} is in use by ${owner ? `process ${owner.pid}` : 'another process'}: stop it first, or set DATABASE_URL to a PostgreSQL that several processes may share`,
  )
}
