import { once } from 'node:events'
import { request, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createApp } from '../../src/web/app.ts'
import { type Door, listen } from '../../src/web/listen.ts'
import { type Proxy, startCaddy, startNginx } from '../support/proxies.ts'
import { openTestServices } from '../support/services.ts'
import { until } from '../support/waiting.ts'

type Answer = { status: number | undefined; type: string | undefined; text: string }

/** More than a proxy holds in memory for one answer. */
const long = Buffer.alloc(8 * 1024 * 1024)

describe.each([
  ['nginx', startNginx],
  ['Caddy', startCaddy],
])('behind %s', (name, startProxy) => {
  let services: Awaited<ReturnType<typeof openTestServices>>
  let door: Door
  let proxy: Proxy
  /** What the application was asked for, with its answers. */
  let asked: { url: string | undefined; response: ServerResponse }[] = []
  const askedFor = (path: string) => asked.filter(({ url }) => url === path)

  beforeAll(async () => {
    services = await openTestServices({
      redis: false,
      config: {
        trustProxy: true,
        consoleUrl: 'https://console.example.com/console',
        publicUrl: 'https://coupons.example.com',
      },
    })
    const app = createApp(services)
    app.use((ctx) => {
      if (ctx.path.startsWith('/metrics')) return
      ctx.body = ctx.path === '/long' ? long : { ip: ctx.ip, host: ctx.host, url: ctx.originalUrl }
    })
    const handle = app.callback()
    door = await listen(
      (incoming, response) => {
        asked.push({ url: incoming.url, response })
        void handle(incoming, response)
      },
      { host: '127.0.0.1', port: 0, maxConnections: 100 },
    )
    proxy = await startProxy(door.url)
  })
  afterAll(async () => {
    await proxy?.stop()
    await door?.close(0)
    await services?.[Symbol.asyncDispose]()
  })

  function ask(
    path: string,
    { body, ...options }: { headers?: object; localAddress?: string; method?: string; body?: string } = {},
  ): Promise<Answer> {
    const headers = { Host: 'coupons.example.com', ...options.headers }
    const { hostname, port } = new URL(proxy.url)
    return new Promise((resolve, reject) => {
      const sent = request({ hostname, port, path, agent: false, ...options, headers }, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        const { statusCode: status, headers } = response
        response.on('end', () => resolve({ status, type: headers['content-type'], text }))
      })
      sent.on('error', reject)
      sent.end(body)
    })
  }

  async function connection(sends: string): Promise<Socket> {
    const socket = connect(Number(new URL(proxy.url).port), '127.0.0.1').on('error', () => undefined)
    onTestFinished(() => void socket.destroy())
    await once(socket, 'connect')
    socket.write(sends)
    return socket
  }

  test("the application sees the client's address and the public host, and what a client says about itself does not win", async () => {
    const said = {
      'X-Forwarded-For': '198.51.100.1',
      'X-Real-IP': '198.51.100.1',
      'X-Forwarded-Host': 'evil.example.com',
      Forwarded: 'for=198.51.100.1',
    }
    for (const headers of [{}, said]) {
      const { text } = await ask('/whoami', { headers, localAddress: '127.0.0.2' })
      expect(JSON.parse(text)).toMatchObject({ ip: '127.0.0.2', host: 'coupons.example.com' })
    }
  })

  test("WeChat's address joined by & arrives as it was sent", async () => {
    const path = '/whoami&card_id=pX&encrypt_code=a%2Bb%3D&outer_str=%E5%88%B8'
    expect(JSON.parse((await ask(path)).text)).toMatchObject({ url: path })
  })

  test.each([
    '/metrics',
    '/METRICS',
    '/Metrics/',
    '/metrics?a=b',
    '/%6detrics',
    '//metrics',
    '/./metrics',
    '/m/../metrics',
    '/healthz',
    '/readyz',
  ])('%s is not for strangers, also when they say that they are this machine', async (path) => {
    for (const host of ['coupons.example.com', 'localhost', '127.0.0.1']) {
      const answer = await ask(path, { headers: { Host: host } })
      expect(answer.status).toBe(404)
      expect(answer.text).not.toMatch(/paycoupon_|ready|alive/)
    }
  })

  test('a hundred clients that stop inside their request are not seen by the application, and others are served', async () => {
    asked = []
    const half = 'POST /slow HTTP/1.1\r\nHost: coupons.example.com\r\nContent-Length: 100\r\n\r\nhalf'
    const slow = await Promise.all(
      Array.from({ length: 100 }, (_, index) => connection(index % 2 ? half : half.slice(0, 40))),
    )
    expect((await ask('/whoami')).status).toBe(200)
    await until(() => slow.every((socket) => socket.writableLength === 0))
    expect(askedFor('/slow')).toEqual([])
  })

  test('clients that do not read their answer are not waited for by the application', async () => {
    asked = []
    const slow = await Promise.all(
      Array.from({ length: name === 'nginx' ? 10 : 1 }, () =>
        connection('GET /long HTTP/1.1\r\nHost: coupons.example.com\r\n\r\n'),
      ),
    )
    for (const socket of slow) socket.pause()
    await until(() => askedFor('/long').length === slow.length)
    if (name === 'nginx') await until(() => askedFor('/long').every(({ response }) => response.writableFinished))
    else expect((await ask('/whoami')).status).toBe(200)
  })

  test('headers of fifteen kilobytes arrive', async () => {
    const headers = { Cookie: `a=${'a'.repeat(7_400)}`, 'X-More': 'b'.repeat(7_400) }
    expect((await ask('/whoami', { headers })).status).toBe(200)
  })

  test('who has more cookies than fit is told so', async () => {
    const answer = await ask('/whoami', { headers: { Cookie: `a=${'a'.repeat(30_000)}` } })
    expect(answer.status).toBe(431)
    if (name === 'nginx') expect(answer.text).toContain('请清除本网站的 Cookie')
  })

  test.each([
    ['/m/demo/c/welcome/claims', 'text/html', '请返回上一页重新操作'],
    ['/api/demo/events', 'application/json', '"the request is too large"'],
  ])('a body that is too long for %s is refused in its own form', async (path, type, words) => {
    const answer = await ask(path, { method: 'POST', body: 'x'.repeat(1024 * 1024 + 1) })
    expect(answer).toMatchObject({ status: 413, text: expect.stringContaining(words) })
    expect(answer.type).toContain(type)
  })

  test('login codes and openids are in no access log', async () => {
    await ask('/oauth/demo/callback?code=SECRETCODE&state=x')
    if (name === 'nginx') await until(() => proxy.accessLog().includes('/oauth/demo/callback'))
    expect(proxy.accessLog()).not.toContain('SECRETCODE')
  })

  test('the console answers under its own name, and the token of its links is in no access log', async () => {
    const path = '/console/link/SECRETTOKEN'
    for (const host of ['coupons.example.com', 'console.example.com']) {
      const { status, text } = await ask(path, { headers: { Host: host } })
      expect([host, status, text.includes('这个链接已经用过')]).toEqual([host, 404, host.startsWith('console')])
    }
    if (name === 'nginx') await until(() => proxy.accessLog().includes('/console/link/***'))
    expect(proxy.accessLog()).not.toContain('SECRETTOKEN')
  })

  test('while the application is away a person reads a sentence and a program JSON', async () => {
    await door.close(0)
    const page = await ask('/m/demo/coupons')
    expect(page.type).toContain('text/html')
    expect(page.text).toContain('访问的人有点多')
    const program = await ask('/api/demo/events', { method: 'POST', body: '{}' })
    expect(JSON.parse(program.text)).toEqual({ message: 'please try again later' })
    for (const { status } of [page, program]) expect([502, 503]).toContain(status)
  })
})
