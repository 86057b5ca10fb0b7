import type { RequestListener } from 'node:http'
import type { Socket } from 'node:net'

/** Requests that a connection may have sent ahead. Browsers and proxies send none. */
const mostAhead = 16

/**
 * Node begins every request that a connection has sent, also thousands at once that were sent without waiting for an
 * answer. Here each begins when the answer before it has been taken, and whoever sends more than a few ahead is cut off.
 * So is a client that has not taken its answer `exchangeMs` after the request began.
 */
export function oneAtATime(handle: RequestListener, exchangeMs: number): RequestListener {
  const ahead = new WeakMap<Socket, (() => void)[]>()

  return (request, response) => {
    const { socket } = request
    if (socket.destroyed) return
    const begin = () => {
      const late = setTimeout(() => socket.destroy(), exchangeMs)
      response.once('close', () => {
        clearTimeout(late)
        beginNext(socket)
      })
      handle(request, response)
    }
    const queue = ahead.get(socket)
    if (queue && queue.length >= mostAhead) socket.destroy()
    else if (queue) queue.push(begin)
    else {
      ahead.set(socket, [])
      begin()
    }
  }

  function beginNext(socket: Socket): void {
    const next = socket.writable ? ahead.get(socket)?.shift() : undefined
    if (next) next()
    else ahead.delete(socket)
  }
}
