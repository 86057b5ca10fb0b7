import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { once } from 'node:events'
import { createConnection, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Db, openDatabase } from '../../../src/plumbing/storage/database.ts'
import { quickFolder } from '../../support/quick-folder.ts'

const folders = mkdtempSync(join(quickFolder(), 'pc-'))
afterAll(() => rmSync(folders, { recursive: true }))

const open = (dataDir: string, asGuest = false) => openDatabase({ url: undefined, dataDir, asGuest })

describe('beside the owner of the embedded database', () => {
  const dataDir = join(folders, 'shared')
  const socketFile = join(dataDir, 'socket/.s.PGSQL.5432')
  let owner: Db

  beforeAll(async () => {
    owner = await open(dataDir)
    await sql`create table sums (name text primary key, fen bigint not null)`.execute(owner)
    await sql`insert into sums values ('a', 0), ('b', 0)`.execute(owner)
    // The first database of a process is compiled and made: that is long on a busy machine.
  }, 90_000)
  afterAll(() => owner.destroy())

  async function fenOf(db: Db, name: string): Promise<number> {
    const { rows } = await sql<{ fen: number }>`select fen from sums where name = ${name}`.execute(db)
    return rows[0]!.fen
  }
  /** A client of its own making, as psql is one. */
  async function openClient(): Promise<pg.Client> {
    const client = new pg.Client({ host: dirname(socketFile), user: 'postgres', database: 'postgres' })
    client.on('error', () => undefined)
    await client.connect()
    return client
  }

  test('only this user reaches the socket', () => {
    expect(statSync(socketFile).mode & 0o777).toBe(0o600)
    expect(statSync(dirname(socketFile)).mode & 0o777).toBe(0o700)
  })

  test('guests and owner see the same rows, and their transactions follow one another', async () => {
    const guests = await Promise.all([open(dataDir, true), open(dataDir, true), open(dataDir, true)])
    const add = (db: Db, fen: number) =>
      db.transaction().execute(async (trx) => {
        const before = await fenOf(trx, 'a')
        // Whoever came between would see "a" without "b".
        await sql`update sums set fen = ${before + fen} where name = 'a'`.execute(trx)
        await sql`update sums set fen = ${before + fen} where name = 'b'`.execute(trx)
      })
    const look = async (db: Db) => {
      const { rows } = await sql<{ n: number }>`select count(distinct fen)::int as n from sums where ${1} = 1`.execute(
        db,
      )
      expect(rows[0]!.n).toBe(1)
    }
    const everybody = [owner, ...guests]
    await Promise.all(Array.from({ length: 25 }, () => everybody.flatMap((db) => [add(db, 1), look(db)])).flat())
    expect(await fenOf(guests[0]!, 'a')).toBe(100)
    await Promise.all(guests.map((guest) => guest.destroy()))
    expect(await fenOf(owner, 'b')).toBe(100)
  })

  test('parameters of two guests are never mixed up', async () => {
    const guests = await Promise.all([openClient(), openClient(), openClient()])
    const ask = async (guest: pg.Client, from: number) => {
      for (let said = from; said < from + 50; said += 1)
        expect((await guest.query('select $1::int as said', [said])).rows).toEqual([{ said }])
    }
    await Promise.all(guests.map((guest, index) => ask(guest, index * 1_000)))
    await Promise.all(guests.map((guest) => guest.end()))
  })

  test('a statement that fails leaves guest and owner as they were', async () => {
    const guest = await openClient()
    await expect(guest.query('select $1::int', ['x'])).rejects.toThrow('invalid input syntax')
    await expect(guest.query('selectx')).rejects.toThrow('syntax error')
    expect((await guest.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    await guest.query('begin')
    await expect(guest.query('select 1 / 0')).rejects.toThrow('division by zero')
    await expect(guest.query('select 1')).rejects.toThrow('current transaction is aborted')
    const waits = fenOf(owner, 'a')
    await guest.query('rollback')
    expect(await waits).toBe(100)
    await guest.end()
  })

  test('what a guest sets, prepares or makes for the moment is gone with its turn', async () => {
    const [one, other] = await Promise.all([openClient(), openClient()])
    await one.query(`set search_path = 'nowhere'`)
    await one.query('create temporary table sums (name text, fen bigint)')
    await one.query({ name: 'same', text: 'select 1 as said' })
    expect((await other.query({ name: 'same', text: 'select 2 as said' })).rows).toEqual([{ said: 2 }])
    expect(await fenOf(owner, 'a')).toBe(100)
    await Promise.all([one.end(), other.end()])
  })

  test('a guest that dies inside a transaction is rolled back, and the others go on', async () => {
    const guest = await openClient()
    await guest.query('begin')
    await guest.query('update sums set fen = 7')
    const next = fenOf(owner, 'a')
    guest.connection.stream.destroy()
    expect(await next).toBe(100)
  })

  test('a guest that dies while it waits for its turn gets none', async () => {
    const [one, other] = await Promise.all([openClient(), openClient()])
    await one.query('begin')
    const waits = other.query('update sums set fen = 7').catch(() => 'lost')
    other.connection.stream.destroy()
    expect(await waits).toBe('lost')
    // The owner reads these after it has learned of the other's end, which came first.
    for (let turn = 0; turn < 3; turn += 1) await one.query('select 1')
    await one.query('commit')
    expect(await fenOf(owner, 'a')).toBe(100)
    await one.end()
  })

  test('a guest that is silent inside a transaction is rolled back and sent away', async () => {
    const guest = await openClient()
    await guest.query('begin')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await guest.query('update sums set fen = 7')
    const next = fenOf(owner, 'a')
    const ended = new Promise((resolve) => guest.once('end', resolve))
    await vi.advanceTimersByTimeAsync(10_000)
    vi.useRealTimers()
    expect(await next).toBe(100)
    await expect(guest.query('commit')).rejects.toThrow()
    await ended
  })

  test('what would end the process of the owner does not', async () => {
    const guest = await openClient()
    for (const rows of [undefined, []])
      await expect(guest.query('copy sums from stdin', rows as unknown[])).rejects.toThrow('does not work')
    expect((await guest.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    await guest.end()
    for (const words of [
      'GET / HTTP/1.1\r\n\r\n',
      '\0\0\0\u0008\0\u0003\0\0?\0\0\0\u0004',
      '\0\0\0\u0008\0\u0003\0\0Q',
    ]) {
      const stranger = createConnection(socketFile)
      stranger.resume()
      stranger.end(words)
      await once(stranger, 'close')
    }
    expect(await fenOf(owner, 'a')).toBe(100)
  })

  test('who is asked for encryption is told no', async () => {
    const client = new pg.Client({ host: dirname(socketFile), user: 'postgres', ssl: true })
    await expect(client.connect()).rejects.toThrow('does not support SSL')
  })
})

/**
 * One folder after another's work: making a database takes longer than opening it, and seconds become half a minute on a
 * busy machine.
 */
describe('the folder of the embedded database', { timeout: 120_000 }, () => {
  let dataDir = join(folders, 'first')
  const socketFile = () => join(dataDir, 'socket/.s.PGSQL.5432')
  const lock = () => join(dataDir, 'owner.pid')

  /** A pool that was never used is not closed. */
  async function openUsed(asGuest = false): Promise<Db> {
    const db = await open(dataDir, asGuest)
    await sql`select 1`.execute(db)
    return db
  }

  test('an owner that closes sends its guests away, whatever they do', async () => {
    const owner = await openUsed()
    const guest = await open(dataDir, true)
    const stopped = guest.transaction().execute(async (trx) => {
      await sql`create table lost (id int)`.execute(trx)
      await owner.destroy()
      await sql`select 1`.execute(trx)
    })
    await expect(stopped).rejects.toThrow()
    await guest.destroy()
    expect(existsSync(dirname(socketFile()))).toBe(false)
    expect(existsSync(lock())).toBe(false)
    const next = await open(dataDir)
    await expect(sql`select 1 from lost`.execute(next)).rejects.toThrow('does not exist')
    await next.destroy()
  })

  test('files that were open to everybody are closed to others, and so are those that it makes', async () => {
    const openToOthers = () =>
      readdirSync(join(dataDir, 'pglite'), { recursive: true, withFileTypes: true })
        .map((entry) => join(entry.parentPath, entry.name))
        .filter((path) => (statSync(path).mode & 0o077) !== 0)
    expect(openToOthers()).toEqual([])
    execFileSync('chmod', ['-R', 'a+rwX', dataDir])
    expect(openToOthers().length).toBeGreaterThan(100)
    const owner = await openUsed()
    expect(openToOthers()).toEqual([])
    await sql`create table sums (fen bigint)`.execute(owner)
    await owner.destroy()
    expect(openToOthers()).toEqual([])
    expect(statSync(dataDir).mode & 0o777).toBe(0o700)
  })

  test('a lock whose number another process has by now is taken over, since its socket refuses', async () => {
    mkdirSync(dirname(socketFile()))
    // As a killed process leaves it: a socket without a listener.
    const killed = createServer().listen(socketFile())
    await once(killed, 'listening')
    renameSync(socketFile(), `${socketFile()}.kept`)
    killed.close()
    renameSync(`${socketFile()}.kept`, socketFile())
    writeFileSync(lock(), `${process.ppid}\n${dirname(socketFile())}\n`)
    const owner = await openUsed()
    const guest = await openUsed(true)
    await guest.destroy()
    await owner.destroy()
  })

  test('a command without an owner opens the folder itself and serves nobody; the next one waits for it', async () => {
    const first = await openUsed(true)
    expect(readFileSync(lock(), 'utf8').split('\n').slice(0, 2)).toEqual([String(process.pid), ''])
    expect(existsSync(dirname(socketFile()))).toBe(false)
    const second = openUsed(true)
    await expect(open(dataDir)).rejects.toThrow(`is in use by process ${process.pid}`)
    await first.destroy()
    await (await second).destroy()
  })

  test('a path that is too long for a socket gets a short one', async () => {
    const long = join(folders, 'long'.repeat(30))
    renameSync(dataDir, long)
    dataDir = long
    const owner = await openUsed()
    const [, socketDir] = readFileSync(lock(), 'utf8').split('\n') as [string, string]
    expect(dirname(socketDir)).toBe(tmpdir())
    expect(statSync(socketDir).mode & 0o777).toBe(0o700)
    const guest = await openUsed(true)
    await guest.destroy()
    await owner.destroy()
    expect(existsSync(socketDir)).toBe(false)
  })
})
