import { chmodSync, mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** Linux takes 107 bytes of a socket's path and macOS 103; what is longer is cut off without a word. */
const longestPath = 103

/** PostgreSQL's own name for it, so that every client finds it when told the folder. */
export const socketPort = 5432
export function socketIn(socketDir: string): string {
  return join(socketDir, `.s.PGSQL.${socketPort}`)
}

/** The socket's folder inside `dataDir`; undefined when its path would be too long. */
export function makeSocketDir(dataDir: string): string | undefined {
  const inside = resolve(dataDir, 'socket')
  if (Buffer.byteLength(socketIn(inside)) > longestPath) return undefined
  mkdirSync(inside, { recursive: true })
  chmodSync(inside, 0o700)
  rmSync(socketIn(inside), { force: true })
  return inside
}

/** A folder under a short path. Nobody else could have made it before us, or may look into it. */
export function makeShortSocketDir(): string {
  return mkdtempSync(join(tmpdir(), 'paycoupon-socket-'))
}

/** Takes the socket and its folder away. */
export function clearSocketDir(socketDir: string): void {
  rmSync(socketIn(socketDir), { force: true })
  try {
    rmdirSync(socketDir)
  } catch {
    // Gone already, or it holds something that is not ours.
  }
}

/** Whether somebody listens: the kernel refuses at once for a process that is gone. */
export function knock(socketDir: string): Promise<'open' | 'refused' | 'nothing there'> {
  return new Promise((answer) => {
    const socket = createConnection(socketIn(socketDir))
    socket.once('connect', () => {
      socket.destroy()
      answer('open')
    })
    socket.once('error', (error: NodeJS.ErrnoException) =>
      answer(error.code === 'ECONNREFUSED' ? 'refused' : 'nothing there'),
    )
  })
}
