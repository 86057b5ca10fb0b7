import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { fitsSocket } from './socket-dir.ts'

/** A socket that is open as long as this process lives: however a process ends, the kernel closes it. */
export type SignOfLife = { path: string; end(): void }

/**
 * Opens a sign of life in `dataDir`, where other containers see it too; under a short path if that one is too long for
 * a socket, or its disk has none. Throws when neither works.
 */
export async function giveSignOfLife(dataDir: string): Promise<SignOfLife> {
  const name = `paycoupon-alive-${randomBytes(6).toString('hex')}`
  const inside = resolve(dataDir, name)
  const elsewhere = join(tmpdir(), name)
  return fitsSocket(inside) ? openAt(inside).catch(() => openAt(elsewhere)) : openAt(elsewhere)
}

/** Removes what a killed process left. `path` is from a file that somebody may have written: nothing else is removed. */
export function clearSignOfLife(path: string): void {
  if (/^paycoupon-alive-[0-9a-f]+$/.test(basename(path))) rmSync(path, { force: true })
}

async function openAt(path: string): Promise<SignOfLife> {
  const server = createServer((caller) => caller.destroy()).listen(path)
  await once(server, 'listening')
  server.unref()
  server.on('error', () => undefined)
  return {
    path,
    end() {
      server.close()
      rmSync(path, { force: true })
    },
  }
}
