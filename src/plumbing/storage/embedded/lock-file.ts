import { randomBytes } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'

/** What the file that says who owns the folder has, a line for each. */
export type Lock = {
  /** For people: it proves nothing. */
  pid: number
  socketDir: string | undefined
  /** The owner's sign of life. */
  alive: string | undefined
}

/** Undefined when there is none; a lock of nobody when the file cannot be understood. */
export function readLock(file: string): Lock | undefined {
  const text = textOf(file)
  if (text === undefined) return undefined
  const [pid, socketDir, alive] = text.split('\n')
  return { pid: Number(pid), socketDir: socketDir || undefined, alive: alive || undefined }
}

/** False when another process has created its own first. */
export function createLock(file: string, lock: Lock): boolean {
  try {
    writeFileSync(file, textFor(lock), { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Whoever reads meanwhile sees the old lock or the new one. */
export function replaceLock(file: string, lock: Lock): void {
  const next = besides(file)
  writeFileSync(next, textFor(lock), { mode: 0o600 })
  renameSync(next, file)
}

/**
 * Removes the lock of a dead process. Another process may have done so since `dead` was read, and may be the owner now:
 * then its lock is put back. Whether it was the dead one's.
 */
export function moveLockAside(file: string, dead: Lock): boolean {
  const aside = besides(file)
  try {
    renameSync(file, aside)
  } catch {
    return false
  }
  const isDead = textFor(readLock(aside)!) === textFor(dead)
  if (isDead) rmSync(aside)
  else renameSync(aside, file)
  return isDead
}

/** Removes the lock if it is the one with this sign of life. */
export function removeLock(file: string, alive: string): void {
  if (readLock(file)?.alive === alive) rmSync(file, { force: true })
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function textFor({ pid, socketDir = '', alive = '' }: Lock): string {
  return `${pid}\n${socketDir}\n${alive}\n`
}

function besides(file: string): string {
  return `${file}.${randomBytes(4).toString('hex')}`
}
