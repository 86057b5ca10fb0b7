import { connect, type Socket } from 'node:net'

export type Load = { perSecond: number; done: number; statuses: Map<number, number>; p50Ms: number; p99Ms: number }

/**
 * Sends prepared HTTP requests over keep-alive connections, each connection its next one as soon as the last was
 * answered, until there are no more requests or the time is over. Costs a few microseconds per request, so that the
 * server is what is measured.
 */
export async function drive(options: {
  port: number
  connections: number
  /** The next whole request, or undefined when there is none left. */
  next: () => Buffer | undefined
  maxMs: number
}): Promise<Load> {
  const { port, connections, next, maxMs } = options
  const statuses = new Map<number, number>()
  const latencies: number[] = []
  const begun = performance.now()
  const lanes = Array.from({ length: connections }, async () => {
    const socket = connect(port, '127.0.0.1')
    socket.setNoDelay()
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    while (performance.now() - begun < maxMs) {
      const request = next()
      if (!request) break
      const sent = performance.now()
      const status = await ask(socket, request)
      latencies.push(performance.now() - sent)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
    socket.destroy()
  })
  await Promise.all(lanes)
  const seconds = (performance.now() - begun) / 1000
  latencies.sort((a, b) => a - b)
  const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? 0
  return { perSecond: latencies.length / seconds, done: latencies.length, statuses, p50Ms: at(0.5), p99Ms: at(0.99) }
}

/** One request, one answer with a content-length; resolves with its status. */
function ask(socket: Socket, request: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    let received = ''
    const settle = (act: () => void) => {
      socket.off('data', onData).off('close', onClose).off('error', reject)
      act()
    }
    const onClose = () => settle(() => reject(new Error('the server closed the connection')))
    const onData = (chunk: Buffer) => {
      received += chunk.toString('latin1')
      const headEnd = received.indexOf('\r\n\r\n')
      if (headEnd < 0) return
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(received.slice(0, headEnd + 2))?.[1] ?? 0)
      if (received.length >= headEnd + 4 + length) settle(() => resolve(Number(received.slice(9, 12))))
    }
    socket.on('data', onData).on('close', onClose).on('error', reject)
    socket.write(request)
  })
}

/** A prepared HTTP/1.1 request. */
export function request(method: string, path: string, headers: Record<string, string>, body = ''): Buffer {
  const all = { host: 'localhost', ...headers, ...(body && { 'content-length': String(Buffer.byteLength(body)) }) }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`)
}
