import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { serveGuest, type Session } from './guest.ts'
import { clearSocketDir, makeShortSocketDir, makeSocketDir, socketIn } from './socket-dir.ts'

/** The socket on which other processes of this user reach the embedded database. */
export type GuestDoor = {
  socketDir: string
  /** Disconnects all guests; their transactions are rolled back. */
  close(): Promise<void>
}

/** Connections at a time; a command opens at most ten. */
const mostGuests = 50

/**
 * Opens the socket inside `dataDir`, or under a short path if that path is too long or its disk has no sockets.
 * Resolves to undefined if neither works: the owner itself needs no guests.
 */
export async function openGuestDoor(dataDir: string, session: Session): Promise<GuestDoor | undefined> {
  const guests = new Set<Socket>()
  for (const makeDir of [makeSocketDir, makeShortSocketDir]) {
    const socketDir = makeDir(dataDir)
    const server = socketDir && (await listenIn(socketDir))
    if (!server) continue
    server.on('connection', (socket: Socket) => {
      guests.add(socket)
      socket.once('close', () => guests.delete(socket))
      serveGuest(socket, session)
    })
    return { socketDir, close: () => close(server, guests, socketDir) }
  }
  return undefined
}

async function listenIn(socketDir: string): Promise<Server | undefined> {
  const server = createServer()
  server.maxConnections = mostGuests
  // `listen` creates the socket file during this call, so that it is never open to other users, not even for a moment.
  const usual = process.umask(0o177)
  try {
    server.listen(socketIn(socketDir))
  } finally {
    process.umask(usual)
  }
  try {
    await once(server, 'listening')
    server.on('error', () => undefined)
    return server
  } catch {
    clearSocketDir(socketDir)
    return undefined
  }
}

async function close(server: Server, guests: Set<Socket>, socketDir: string): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  for (const guest of guests) guest.destroy()
  await closed
  clearSocketDir(socketDir)
}
