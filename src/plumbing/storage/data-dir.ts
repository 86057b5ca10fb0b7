import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Makes this process the only one that uses `dataDir`'s embedded database, and returns the way to let go.
 * A lock whose process is gone is taken over. Throws a plain sentence when another process is alive.
 */
export function holdDataDir(dataDir: string): () => void {
  const file = join(dataDir, 'owner.pid')
  const owner = readOwner(file)
  if (owner !== undefined && owner !== process.pid && isAlive(owner)) {
    throw new Error(
      `the embedded database in ${dataDir} is in use by process ${owner}: stop it first, or set DATABASE_URL to a PostgreSQL that several processes may share`,
    )
  }
  writeFileSync(file, `${process.pid}\n`)
  return () => rmSync(file, { force: true })
}

function readOwner(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined
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
