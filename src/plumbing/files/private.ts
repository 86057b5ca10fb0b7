import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const stickyBit = 0o1000

/**
 * Makes `folder` where it is missing, and closes one that was there before to other users. A folder that is shared by
 * design (sticky, as /tmp) stays as it is.
 */
export function makePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if ((statSync(folder).mode & stickyBit) === 0) restrict(folder, 0o700)
}

/** Closes a file to other users, however it came to be there. */
export function closeFile(file: string): void {
  restrict(file, 0o600)
}

/** Closes all that is in `folder`, at every depth. Links are not followed: they may lead anywhere. */
export function closeFolder(folder: string): void {
  restrict(folder, 0o700)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) closeFolder(path)
    else if (entry.isFile()) closeFile(path)
  }
}

function restrict(path: string, mode: number): void {
  try {
    chmodSync(path, mode)
  } catch (error) {
    // Another user's: it is for that user to open or close.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error
  }
}
