import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PostgresPool } from 'kysely'
import { closeFolder } from '../../files/private.ts'
import { type Hold, holdDataDir, ownerOf } from './data-dir.ts'
import { openGuestDoor } from './guest-door.ts'
import { openTurns } from './turns.ts'

const INT8 = 20
/** How long a guest waits for an owner that is starting, stopping, or another command. */
const patienceMs = 10_000
const askAgainMs = 100

/**
 * Opens the embedded database under `dataDir` in this process, with the interface of pg's pool, and serves guests if
 * `serveGuests` is set. Throws one plain sentence when another process holds it.
 */
export async function openEmbedded(dataDir: string, options: { serveGuests: boolean }): Promise<PostgresPool> {
  const hold = await holdDataDir(dataDir)
  try {
    return await openHeld(dataDir, hold, options)
  } catch (error) {
    hold.release()
    throw error
  }
}

/**
 * The folder of the socket on which a living owner serves guests; undefined when there is no owner, or it serves none.
 */
export async function findGuestDoor(dataDir: string): Promise<string | undefined> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    const owner = await ownerOf(dataDir)
    if (!owner || owner.socketDir || performance.now() > deadline) return owner?.socketDir
    await sleep(askAgainMs)
  }
}

/** PGlite has one session, which is lent to one borrower at a time. */
async function openHeld(dataDir: string, hold: Hold, options: { serveGuests: boolean }): Promise<PostgresPool> {
  // Imported only here: a process that uses a PostgreSQL server should not hold the embedded one in memory.
  const { PGlite } = await import('@electric-sql/pglite')
  const files = join(dataDir, 'pglite')
  const lite = await PGlite.create(files, { parsers: { [INT8]: Number } })
  // PGlite leaves its files open to everybody, whatever the umask.
  closeFolder(files)
  const turns = openTurns()
  const { rows } = await lite.query<{ server_version: string }>('show server_version')
  const session = { lite, turns, version: rows[0]?.server_version ?? '' }
  const door = options.serveGuests ? await openGuestDoor(dataDir, session) : undefined
  if (door) hold.servesIn(door.socketDir)

  async function connect() {
    const release = await turns.take()
    const query = async (sql: string, parameters: readonly unknown[]) => {
      const { rows, affectedRows } = await lite.query(sql, [...parameters])
      return { command: commandOf(sql), rowCount: affectedRows ?? rows.length, rows }
    }
    return { query, release }
  }
  async function end() {
    await door?.close()
    await turns.over()
    await lite.close()
    closeFolder(files)
    hold.release()
  }
  return { connect, end } as unknown as PostgresPool
}

type Command = 'INSERT' | 'UPDATE' | 'DELETE' | 'SELECT'

/** As PostgreSQL would tag the answer: for these kysely says how many rows were changed. */
function commandOf(sql: string): Command {
  const [, word = 'select'] = /^\s*(insert|update|delete)\b/i.exec(sql) ?? []
  return word.toUpperCase() as Command
}
