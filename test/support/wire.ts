import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A TCP connection to a server of ours that can go dead, as one to a machine that has lost its power: open, and silent. */
export type Wire = AsyncDisposable & {
  /** The server's address by way of this wire. */
  url: string
  /** From now on nothing comes through, in either direction; new connections are taken and stay silent too. */
  goDead(): void
  /** New connections come through again; those of before stay dead. */
  mend(): void
}

export async function openWire(to: string): Promise<Wire> {
  const target = new URL(to)
  const sockets = new Set<Socket>()
  const isAlive = new WeakSet<Socket>()
  let dead = false
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname)
    for (const [from, onto] of [[near, far] as const, [far, near] as const]) {
      sockets.add(from)
      from.on('data', (chunk) => !dead && isAlive.has(from) && onto.write(chunk))
      from.on('error', () => undefined)
      from.on('close', () => {
        sockets.delete(from)
        if (isAlive.has(from)) onto.destroy()
      })
      if (!dead) isAlive.add(from)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(to)
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    goDead() {
      dead = true
      for (const socket of sockets) isAlive.delete(socket)
    },
    mend() {
      dead = false
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
