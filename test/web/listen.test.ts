import type { RequestListener } from 'node:http'
import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { registry } from '../../src/plumbing/telemetry/metrics.ts'
import { listen } from '../../src/web/listen.ts'
import { usualPatience } from '../../src/web/patience.ts'
import { readBody } from '../../src/web/shell/body.ts'
import { aHold, until } from '../support/waiting.ts'

/** Patience of a moment for what is tried, and of hours for all else: only one limit can end a connection. */
const hours = { headersMs: 1e7, requestMs: 1e7, exchangeMs: 1e7, idleMs: 1e7, lastMs: 1e7, lookMs: 10 }
const momentMs = 100

const get = 'GET / HTTP/1.1\r\nHost: coupons.example.com\r\n\r\n'
const post = 'POST / HTTP/1.1\r\nHost: coupons.example.com\r\nContent-Length: 1000\r\n\r\n'

/** A client that speaks TCP and does what it likes. `heard` is what it has read. */
type Client = { socket: Socket; heard(): string; gone: Promise<unknown> }

async function open(
  handle: RequestListener,
  options: { patience?: Partial<typeof hours>; maxConnections?: number } = {},
): Promise<{ client(sends?: string): Promise<Client>; close(): Promise<void> }> {
  const where = { host: '127.0.0.1', port: 0, maxConnections: options.maxConnections ?? 100 }
  const door = await listen(handle, where, { ...hours, ...options.patience })
  const clients: Socket[] = []
  let closed: Promise<void> | undefined
  const close = () => (closed ??= door.close(0))
  onTestFinished(async () => {
    for (const socket of clients) socket.destroy()
    await close()
  })
  return {
    close,
    async client(sends = '') {
      const socket = connect(Number(new URL(door.url).port), '127.0.0.1').on('error', () => undefined)
      clients.push(socket)
      let heard = ''
      socket.on('data', (chunk) => (heard += chunk.toString()))
      const gone = once(socket, 'close')
      await once(socket, 'connect')
      socket.write(sends)
      return { socket, heard: () => heard, gone }
    },
  }
}

const answer: RequestListener = (_, response) => void response.end('coupon')

test.each([
  ['says nothing', '', { headersMs: momentMs }],
  ['sends half a request line', 'GET /m/de', { headersMs: momentMs }],
  ['sends headers without end', 'GET / HTTP/1.1\r\nHost: x\r\nX-A: b\r\n', { headersMs: momentMs }],
  ['sends half a body that nobody reads', `${post}half`, { headersMs: momentMs, requestMs: momentMs }],
])('a client that %s is disconnected', async (_, sends, patience) => {
  const { client } = await open((request, response) => void request.on('end', () => response.end()), { patience })
  await (
    await client(sends)
  ).gone
})

test('a body that comes byte by byte ends with the time for a request, and the application hears of it', async () => {
  let fault: unknown
  const { client } = await open(
    (request, response) =>
      void readBody(request, 2_000).then(
        () => response.end(),
        (error: unknown) => (fault = error),
      ),
    { patience: { headersMs: momentMs, requestMs: momentMs } },
  )
  const { socket } = await client(post)
  await until(() => {
    socket.write('x')
    return socket.destroyed
  })
  await until(() => fault !== undefined)
  expect(fault).toMatchObject({ status: 400 })
})

test('a connection that is kept and not used is closed', async () => {
  const { client } = await open(answer, { patience: { idleMs: momentMs } })
  const { heard, gone } = await client(get)
  await gone
  expect(heard()).toContain('coupon')
})

/** More than the buffers of both machines' kernels hold. */
const long = Buffer.alloc(64 * 1024 * 1024)

test.each([
  ['never reads its answer', 0],
  ['reads a few bytes of it now and then', 100],
])('a client that %s is disconnected', async (_, bytes) => {
  let served: Socket | undefined
  const { client } = await open(
    (request, response) => {
      served = request.socket
      response.end(long)
    },
    { patience: { exchangeMs: momentMs } },
  )
  const { socket } = await client()
  socket.removeAllListeners('data').pause()
  socket.write(get)
  await until(() => {
    if (bytes > 0) socket.read(bytes)
    return served?.destroyed === true
  })
})

test('who sends ten requests ahead gets the answers in order, and one is worked on at a time', async () => {
  let underWay = 0
  let most = 0
  const { client } = await open(async (request, response) => {
    underWay += 1
    most = Math.max(most, underWay)
    await new Promise(setImmediate)
    underWay -= 1
    response.end(`<${request.url}>`)
  })
  const paths = Array.from({ length: 10 }, (_, index) => `/${index}`)
  const { heard } = await client(paths.map((path) => get.replace('/', path)).join(''))
  await until(() => heard().includes('</9>'))
  expect([...heard().matchAll(/<(.*?)>/g)].map(([, path]) => path)).toEqual(paths)
  expect(most).toBe(1)
})

test('who sends hundreds of requests ahead is disconnected, and one has been worked on', async () => {
  const hold = aHold()
  let begun = 0
  const { client } = await open(async (_, response) => {
    begun += 1
    await hold.over
    response.end()
  })
  await (
    await client(get.repeat(500))
  ).gone
  hold.letGo()
  await until(() => begun > 0)
  expect(begun).toBe(1)
})

test('who asks again and again and never reads is not worked for beyond the answer that waits', async () => {
  let begun = 0
  let served: Socket | undefined
  const { client } = await open(
    (request, response) => {
      begun += 1
      served = request.socket
      response.end(long)
    },
    { patience: { exchangeMs: momentMs } },
  )
  const { socket } = await client()
  socket.removeAllListeners('data').pause()
  socket.write(get.repeat(10))
  await until(() => served?.destroyed === true)
  expect(begun).toBe(1)
})

test('a connection too many is closed and counted, and the others are served', async () => {
  const dropped = async () =>
    (await registry.getSingleMetric('paycoupon_dropped_connections_total')!.get()).values[0]!.value
  const before = await dropped()
  const { client } = await open(answer, { maxConnections: 2 })
  const [first, second] = [await client(), await client()]
  await (
    await client()
  ).gone
  expect(await dropped()).toBe(before + 1)
  for (const { socket, heard } of [first, second]) {
    socket.write(get)
    await until(() => heard().includes('coupon'))
  }
})

test('headers that are too long are refused', async () => {
  const { client } = await open(answer)
  const { heard, gone } = await client(get.replace('\r\n\r\n', `\r\nCookie: ${'x'.repeat(20 * 1024)}\r\n\r\n`))
  await gone
  expect(heard()).toMatch(/^HTTP\/1.1 431 /)
})

test('a server that stops answers what it has accepted and does not wait for clients that say nothing', async () => {
  const hold = aHold()
  let begun = false
  const { client, close } = await open(async (_, response) => {
    begun = true
    await hold.over
    response.end('coupon')
  })
  await client()
  const { heard } = await client(get)
  await until(() => begun)
  const closed = close()
  hold.letGo()
  await closed
  await until(() => heard().includes('coupon'))
})

test('a server that stops does not wait for a request that never comes to its end', async () => {
  const { client, close } = await open(answer, { patience: { lastMs: momentMs } })
  const { gone } = await client(get + post)
  await close()
  await gone
})

test('in service a silent client is gone within 20 s, and an idle connection outlives that of any proxy of ours', () => {
  const { headersMs, requestMs, exchangeMs, idleMs, lookMs } = usualPatience
  expect(headersMs + lookMs).toBeLessThanOrEqual(20_000)
  expect(requestMs).toBeGreaterThanOrEqual(headersMs)
  expect(exchangeMs).toBeGreaterThan(requestMs)
  expect(idleMs).toBeGreaterThan(60_000)
})
