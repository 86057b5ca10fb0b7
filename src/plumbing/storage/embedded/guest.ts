import type { Socket } from 'node:net'
import type { PGlite } from '@electric-sql/pglite'
import type { Turns } from './turns.ts'
import {
  copyFail,
  encryptionRequests,
  fatal,
  type Message,
  mostBytes,
  noEncryption,
  openReader,
  requestCode,
  sessionAnswer,
  sessionRequest,
  sync,
} from './wire.ts'

/** The one session of PGlite, and the order in which it is used. */
export type Session = { lite: PGlite; turns: Turns; version: string }

/**
 * A guest that sends nothing for this long inside a transaction loses the transaction: all others wait for its turn to
 * end.
 */
const idleMs = 10_000

/**
 * Serves one client of the socket. Its messages are passed to PGlite in whole groups, each up to the next Sync, and the
 * client has the session for itself until its transaction has ended. What a client sets or prepares ends with its turn,
 * because the session is shared.
 */
export function serveGuest(socket: Socket, { lite, turns, version }: Session): void {
  const read = openReader()
  let group: Buffer[] = []
  let work: Promise<void> = Promise.resolve()
  let endTurn: (() => void) | undefined
  let idle: NodeJS.Timeout | undefined
  let isGone = false

  socket.on('data', (chunk) => {
    try {
      for (const message of read(chunk)) hear(message)
    } catch {
      socket.destroy()
    }
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    isGone = true
    afterThat(giveTurnBack)
  })

  function afterThat(act: () => Promise<void>): void {
    work = work.then(act).catch(() => void socket.destroy())
  }

  function hear({ type, bytes }: Message): void {
    if (type === '') return welcome(requestCode(bytes))
    if (type === 'X') return void socket.end()
    // Data of a COPY, which has already failed.
    if (type === 'd' || type === 'c' || type === 'f') return
    // PGlite ends this process at a message type that it does not know, and at a COPY whose rows never come.
    if (!'QPBDECHS'.includes(type)) throw new Error('not a message of ours')
    group.push(...(type === 'Q' ? [bytes, copyFail] : type === 'S' || type === 'H' ? [copyFail, bytes] : [bytes]))
    if (group.reduce((sum, part) => sum + part.length, 0) > mostBytes) throw new Error('too much for one group')
    if (!'QHS'.includes(type)) return
    const messages = Buffer.concat(group)
    group = []
    afterThat(() => run(messages, type === 'H'))
  }

  function welcome(code: number): void {
    if (encryptionRequests.includes(code)) socket.write(noEncryption)
    else if (code === sessionRequest) socket.write(sessionAnswer(version))
    else socket.destroy()
  }

  async function run(messages: Buffer, goesOn: boolean): Promise<void> {
    clearTimeout(idle)
    if (isGone) return
    endTurn ??= await turns.take()
    // The client may have left while it waited. Its statements must not run outside the transaction that it has lost.
    if (isGone) return giveTurnBack()
    socket.write(await lite.execProtocolRaw(messages))
    if (goesOn || lite.isInTransaction()) idle = setTimeout(() => afterThat(sendAway), idleMs)
    else await giveTurnBack()
  }

  async function sendAway(): Promise<void> {
    isGone = true
    await giveTurnBack()
    socket.end(fatal('25P03', 'the transaction was idle for too long while others waited'))
  }

  async function giveTurnBack(): Promise<void> {
    clearTimeout(idle)
    if (!endTurn) return
    try {
      await lite.execProtocolRaw(sync)
      if (lite.isInTransaction()) await lite.exec('rollback')
      await lite.exec('discard all')
    } finally {
      endTurn()
      endTurn = undefined
    }
  }
}
