import { chmodSync, mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** Linux accepts 107 bytes of a socket's path and macOS 103; a longer path is cut off without an error. */
const longestPath = 103

export function fitsSocket(path: string): boolean {
  return Buffer.byteLength(path) <= longestPath
}

/** The port is part of PostgreSQL's own file name, so that every client finds the socket by its folder. */
export const socketPort = 5432
export function socketIn(socketDir: string): string {
  return join(socketDir, `.s.PGSQL.${socketPort}`)
}

/** The socket's folder inside `dataDir`; undefined when its path would be too long. */
export function makeSocketDir(dataDir: string): string | undefined {
  const inside = resolve(dataDir, 'socket')
  if (!fitsSocket(socketIn(inside))) return undefined
  mkdirSync(inside, { recursive: true })
  chmodSync(inside, 0o700)
  rmSync(socketIn(inside), { force: true })
  return inside
}

/** A new folder under a short path. No other user can have made it before us, or can look into it. */
export function makeShortSocketDir(): string {
  return mkdtempSync(join(tmpdir(), 'paycoupon-socket-'))
}

/** Deletes the socket and its folder. */
export function clearSocketDir(socketDir: string): void {
  rmSync(socketIn(socketDir), { force: true })
  try {
    rmdirSync(socketDir)
  } catch {
    // Already deleted, or it holds a file that is not ours.
  }
}

/**
 * Whether a process listens at this socket: if it is gone, the kernel refuses at once. A listener with a full queue, or
 * of another user, is one too.
 */
export function knock(path: string): Promise<boolean> {
  return new Promise((answer) => {
    const socket = createConnection(path)
    socket.once('connect', () => {
      socket.destroy()
      answer(true)
    })
    socket.once('error', ({ code = '' }: NodeJS.ErrnoException) =>
      answer(!['ECONNREFUSED', 'ENOENT', 'ENOTDIR'].includes(code)),
    )
  })
}
