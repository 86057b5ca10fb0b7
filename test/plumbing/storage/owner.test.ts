import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '../../../src/plumbing/config/config.ts'
import { holdDataDir, ownerOf } from '../../../src/plumbing/storage/embedded/data-dir.ts'
import { type Program, startNode } from '../../support/program.ts'

const folders = mkdtempSync(join(tmpdir(), 'pc-'))
afterAll(() => rmSync(folders, { recursive: true }))

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(folders, 'data-'))
})
const lock = () => join(dataDir, 'owner.pid')
const dataDirModule = new URL('../../../src/plumbing/storage/embedded/data-dir.ts', import.meta.url).href

/** A process of its own that holds the folder, as `npm start` does while it starts. */
async function startOwner(): Promise<Program> {
  const words = `
    const { holdDataDir } = await import(${JSON.stringify(dataDirModule)})
    await holdDataDir(${JSON.stringify(dataDir)})
    console.log('holds')
    setInterval(() => {}, 1_000)`
  const program = startNode(['--import', 'tsx', '--input-type=module', '--eval', words], {})
  await program.says(/holds/)
  return program
}

/** The folder can be held and is then let go; whoever asks meanwhile is refused. */
async function isHeldOnce(): Promise<void> {
  const hold = await holdDataDir(dataDir)
  await expect(holdDataDir(dataDir)).rejects.toThrow(`is in use by process ${process.pid}: stop it first`)
  hold.release()
  expect(readdirSync(dataDir)).toEqual([])
}

describe('a lock whose process is gone keeps nobody out, although its number is now', () => {
  test.each([
    ["the first process's of a container", 1],
    ["a stranger's who lives", process.ppid],
    ['our own', process.pid],
  ])('%s', async (_, pid) => {
    const owner = await startOwner()
    owner.kill()
    await owner.ended
    const [, ...rest] = readFileSync(lock(), 'utf8').split('\n')
    writeFileSync(lock(), [pid, ...rest].join('\n'))
    expect(await ownerOf(dataDir)).toBe(undefined)
    await isHeldOnce()
  })
})

test.each([
  ['of an earlier release, with the number of a living process', `${process.ppid}\n`],
  ['of an earlier release that served guests in a folder which is gone', '1\n/tmp/paycoupon-socket-gone\n'],
  ['whose sockets were in the temporary files of a container that is gone', '1\n\n/tmp/paycoupon-alive-00\n'],
  ['that was being written when the machine stopped', ''],
  ['that nobody understands', 'who knows'],
])('a lock %s keeps nobody out', async (_, text) => {
  writeFileSync(lock(), text)
  await isHeldOnce()
})

test('a living owner is found and keeps others out, whatever number the lock has; it leaves nothing when it ends', async () => {
  const owner = await startOwner()
  const text = readFileSync(lock(), 'utf8')
  for (const pid of [process.pid, 999_999_999]) {
    writeFileSync(lock(), text.replace(/^\d+/, String(pid)))
    await expect(holdDataDir(dataDir)).rejects.toThrow(`is in use by process ${pid}`)
    expect(await ownerOf(dataDir)).toMatchObject({ pid })
  }
  expect(readdirSync(dataDir).toSorted()).toEqual(['owner.pid', expect.stringMatching(/^paycoupon-alive-/)])
  owner.kill()
  await owner.ended
  await isHeldOnce()
})

test('of many that find the lock of a dead process at the same time, one becomes the owner', async () => {
  for (let round = 0; round < 20; round += 1) {
    writeFileSync(lock(), `${process.ppid}\n`)
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => holdDataDir(dataDir)))
    const holds = tries.flatMap((tried) => (tried.status === 'fulfilled' ? [tried.value] : []))
    expect(holds).toHaveLength(1)
    for (const hold of holds) hold.release()
  }
  expect(readdirSync(dataDir)).toEqual([])
})

test('a path that is too long for a socket has its sign of life elsewhere', async () => {
  dataDir = join(dataDir, 'long'.repeat(30))
  const hold = await holdDataDir(dataDir)
  const [, , alive = ''] = readFileSync(lock(), 'utf8').split('\n')
  expect(alive).toContain(join(tmpdir(), 'paycoupon-alive-'))
  hold.release()
  expect(existsSync(alive)).toBe(false)
  await isHeldOnce()
})

test('a folder and keys that were open to everybody are closed to others', async () => {
  const key = Buffer.from('an old key of thirty-two letters').toString('base64')
  const keys = ['master.key', 'cookie.key'].map((name) => join(dataDir, name))
  for (const file of keys) writeFileSync(file, key)
  for (const file of keys) chmodSync(file, 0o644)
  chmodSync(dataDir, 0o755)
  const modes = () => [dataDir, ...keys].map((path) => (statSync(path).mode & 0o777).toString(8))

  readConfig({ DATA_DIR: dataDir })
  expect(modes()).toEqual(['700', '600', '600'])
  chmodSync(dataDir, 0o755)
  const hold = await holdDataDir(dataDir)
  expect(modes()).toEqual(['700', '600', '600'])
  expect(statSync(lock()).mode & 0o777).toBe(0o600)
  hold.release()
})
