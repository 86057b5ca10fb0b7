import { createServer, type AddressInfo } from 'node:net'
import { gzipSync, brotliCompressSync, deflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { Formatter, Rsa } from 'wechatpay-axios-plugin'
import { Secret } from '../../../src/secret.ts'
import { openPayClient } from '../../../src/wechat/pay/client.ts'
import { payBody } from '../../../src/wechat/pay/pay-body.ts'
import { merchant, openTestClient, publicKeyPlatform } from '../../support/pay-parties.ts'
import { openPayServer, signed, signedHeaders, unsigned, type Received } from '../../support/pay-server.ts'

const platform = publicKeyPlatform()
const ok = signed(platform, { coupon_id: '9867041' })
const path = '/v3/marketing/favor/users/oUpF8uMuAJO_M2pxb1Q9zNjWeS6o/coupons'
const body = payBody({ stock_id: '16246120', out_request_no: '1601400973-20261123-01', comment: '券' })

/** What WeChat does with a call: takes the header apart and verifies it, here with the other implementation. */
function signatureHolds(request: Received): boolean {
  const [, scheme, list] = /^(\S+) (.*)$/.exec(request.headers.authorization ?? '') ?? []
  const parts = Object.fromEntries(list!.split(',').map((pair) => /^(\w+)="(.*)"$/.exec(pair)!.slice(1)))
  const message = Formatter.request(request.method, request.url, parts.timestamp, parts.nonce_str, request.body)
  return (
    scheme === 'WECHATPAY2-SHA256-RSA2048' &&
    parts.mchid === merchant.mchid &&
    parts.serial_no === merchant.serialNo &&
    Rsa.verify(message, parts.signature, merchant.keys.publicKey)
  )
}

describe('what goes out', () => {
  test('a call is signed so that the other implementation verifies it, body and query as sent', async () => {
    await using server = await openPayServer(ok)
    await using opened = openTestClient({ url: server.url, publicKey: platform })
    await opened.client.call({ method: 'POST', path, body })
    await opened.client.call({
      method: 'GET',
      path: '/v3/marketing/favor/stocks/1?stock_creator_mchid=12%2B3&a=%E5%88%B8',
    })

    expect(server.received.map(signatureHolds)).toEqual([true, true])
    expect(server.received[0]!.body).toBe(body)
    expect(server.received[1]!.url).toContain('12%2B3&a=%E5%88%B8')
  })

  test('every call names itself, its language, and the key that it can verify', async () => {
    await using server = await openPayServer(ok)
    await using opened = openTestClient({ url: server.url, publicKey: platform })
    await opened.client.call({ method: 'POST', path, body })
    await opened.client.call({ method: 'GET', path })

    for (const { headers } of server.received) {
      expect(headers).toMatchObject({
        'wechatpay-serial': platform.serial,
        accept: 'application/json',
        'accept-language': 'zh-CN',
        'user-agent': expect.stringMatching(/^paycoupon\//),
      })
    }
    expect(server.received.map(({ headers }) => headers['content-type'])).toEqual(['application/json', undefined])
  })

  test('an emoji or a raw Chinese path is refused before anything is sent', async () => {
    await using server = await openPayServer(ok)
    await using opened = openTestClient({ url: server.url, publicKey: platform })
    await expect(opened.client.call({ method: 'POST', path, body: '{"name":"🎁"}' })).rejects.toThrow('emoji')
    await expect(opened.client.call({ method: 'GET', path: '/v3/用户' })).rejects.toThrow('percent-encoded')
    expect(server.received).toEqual([])
  })
})

describe('what comes back', () => {
  test('a signed 200 is believed, and its Request-ID is kept', async () => {
    await using server = await openPayServer(ok)
    await using opened = openTestClient({ url: server.url, publicKey: platform })
    expect(await opened.client.call({ method: 'POST', path, body })).toEqual({
      kind: 'ok',
      status: 200,
      body: { coupon_id: '9867041' },
      requestId: '08E7CA050A0B9C06-0',
    })
  })

  test('a signed 204 without a body is a success', async () => {
    await using server = await openPayServer(signed(platform, '', { status: 204 }))
    await using opened = openTestClient({ url: server.url, publicKey: platform })
    expect(await opened.client.call({ method: 'POST', path, body })).toMatchObject({
      kind: 'ok',
      status: 204,
      body: undefined,
    })
  })

  test('a refusal gives its code, message, detail, Request-ID and the number at its end', async () => {
    const said = { code: 'REQUEST_BLOCKED', message: '活动未开始或已结束', detail: { field: 'stock_id', value: null } }
    const requestId = '08E7CA050A0B9C06-270079533'
    await using server = await openPayServer(unsigned(403, JSON.stringify(said), { 'Request-ID': requestId }))
    await using opened = openTestClient({ url: server.url, publicKey: platform })
    const reply = await opened.client.call({ method: 'POST', path, body })
    expect(reply).toEqual({ kind: 'refusal', status: 403, ...said, requestId, subCode: '270079533', proven: false })
  })

  test('a refusal is proven only by a signature that verifies', async () => {
    const said = { code: 'NOT_ENOUGH', message: '批次预算不足' }
    await using server = await openPayServer(signed(platform, said, { status: 403 }))
    await using opened = openTestClient({ url: server.url, publicKey: platform })
    expect(await opened.client.call({ method: 'POST', path, body })).toMatchObject({ code: 'NOT_ENOUGH', proven: true })

    server.answer(signed(platform, said, { status: 403, signature: 'Zm9yZ2Vk' }))
    expect(await opened.client.call({ method: 'POST', path, body })).toMatchObject({
      code: 'NOT_ENOUGH',
      proven: false,
    })
  })

  test.each([
    [502, '<html><h1>502 Bad Gateway</h1></html>'],
    [503, ''],
    [500, 'null'],
    [500, '["SYSTEM_ERROR"]'],
    [429, '{"message":"no code"}'],
    [302, 'moved'],
  ])('%i with the body %j is a refusal without a code', async (status, page) => {
    await using server = await openPayServer(unsigned(status, page, { location: 'http://127.0.0.1:1/' }))
    await using opened = openTestClient({ url: server.url, publicKey: platform })
    const reply = await opened.client.call({ method: 'POST', path, body })
    expect(reply).toMatchObject({ kind: 'refusal', status, code: '', message: '', proven: false })
    expect(server.received).toHaveLength(1)
  })

  test.each(['not JSON', '', '{"coupon_id":'])(
    'a signed 200 with the body %j leaves the result unknown',
    async (text) => {
      await using server = await openPayServer(signed(platform, text))
      await using opened = openTestClient({ url: server.url, publicKey: platform })
      const reply = await opened.client.call({ method: 'POST', path, body })
      expect(reply).toMatchObject({
        kind: 'unknown',
        word: 'unreadable_answer',
        status: 200,
        requestId: '08E7CA050A0B9C06-0',
      })
    },
  )

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('an answer packed with %s is unpacked before it is verified', async (encoding, pack) => {
    const text = '{"coupon_id":"9867041"}'
    await using server = await openPayServer((_, response) => {
      response.writeHead(200, { 'Content-Encoding': encoding, ...signedHeaders(platform, text) }).end(pack(text))
    })
    await using opened = openTestClient({ url: server.url, publicKey: platform })
    expect(await opened.client.call({ method: 'POST', path, body })).toMatchObject({
      kind: 'ok',
      body: { coupon_id: '9867041' },
    })
  })

  test.each([
    ['a broken gzip', 'gzip', Buffer.from('no gzip')],
    ['a gzip bomb', 'gzip', gzipSync(Buffer.alloc(50_000_000))],
    ['an unknown packing', 'zstd', Buffer.from('x')],
  ])('%s leaves the result unknown', async (_name, encoding, bytes) => {
    await using server = await openPayServer((_, response) => {
      response.writeHead(200, { 'Content-Encoding': encoding }).end(bytes)
    })
    await using opened = openTestClient({ url: server.url, publicKey: platform })
    expect(await opened.client.call({ method: 'POST', path, body })).toMatchObject({
      word: 'unreadable_answer',
      status: 200,
    })
  })

  test('a giant answer is cut off: unknown where it claimed success, refused where it did not', async () => {
    const giant = 'x'.repeat(3_000_000)
    await using server = await openPayServer(signed(platform, giant))
    await using opened = openTestClient({ url: server.url, publicKey: platform })
    expect(await opened.client.call({ method: 'POST', path, body })).toMatchObject({
      word: 'unreadable_answer',
      status: 200,
    })
    server.answer(unsigned(502, giant))
    expect(await opened.client.call({ method: 'POST', path, body })).toMatchObject({
      kind: 'refusal',
      status: 502,
      code: '',
    })
  })
})

describe('when there is no answer', () => {
  test('silence, and a body that never ends, are a timeout', async () => {
    await using server = await openPayServer(() => {})
    await using opened = openTestClient({ url: server.url, publicKey: platform })
    const silent = await opened.client.call({ method: 'POST', path, body, timeoutMs: 500 })
    expect(silent).toMatchObject({ kind: 'unknown', word: 'timeout' })

    server.answer((_, response) => void response.writeHead(200, { 'Request-ID': 'R-0' }).write('{'))
    const endless = await opened.client.call({ method: 'POST', path, body, timeoutMs: 500 })
    expect(endless).toMatchObject({ kind: 'unknown', word: 'timeout', status: 200, requestId: 'R-0' })
  })

  test('a call whose time ran out while it waited for a connection never goes out', async () => {
    let release = (): void => {}
    await using server = await openPayServer((request, response) => void (release = () => ok(request, response)))
    await using opened = openTestClient({ url: server.url, publicKey: platform, connections: 1 })
    const first = opened.client.call({ method: 'GET', path: '/v3/first' })
    await expect.poll(() => server.received.length).toBe(1)
    const waiting = await opened.client.call({ method: 'GET', path: '/v3/waiting', timeoutMs: 60 })
    expect(waiting).toMatchObject({ kind: 'unknown', word: 'unreachable' })

    server.answer(ok)
    release()
    expect(await first).toMatchObject({ kind: 'ok' })
    expect(await opened.client.call({ method: 'GET', path: '/v3/later' })).toMatchObject({ kind: 'ok' })
    expect(server.received.map(({ url }) => url)).toEqual(['/v3/first', '/v3/later'])
  })

  test('a host that gives no connection in time leaves time for the other one', async () => {
    let release = (): void => {}
    await using busy = await openPayServer((request, response) => void (release = () => ok(request, response)))
    await using backup = await openPayServer(ok)
    await using opened = openTestClient({ url: busy.url, backupUrl: backup.url, publicKey: platform, connections: 1 })
    const first = opened.client.call({ method: 'GET', path: '/v3/first' })
    await expect.poll(() => busy.received.length).toBe(1)
    expect(await opened.client.call({ method: 'GET', path: '/v3/second', timeoutMs: 1_000 })).toMatchObject({
      kind: 'ok',
    })
    expect(backup.received.map(({ url }) => url)).toEqual(['/v3/second'])
    release()
    expect(await first).toMatchObject({ kind: 'ok' })
  })

  test('the backup host gets the same body under a new signature when the main host cannot be reached', async () => {
    await using gone = await openPayServer(ok)
    await gone.close()
    await using backup = await openPayServer(ok)
    await using opened = openTestClient({ url: gone.url, backupUrl: backup.url, publicKey: platform })
    expect(await opened.client.call({ method: 'POST', path, body })).toMatchObject({ kind: 'ok' })
    expect(backup.received.map((request) => [request.body, signatureHolds(request)])).toEqual([[body, true]])
  })

  test('a connection reset before the answer is tried once more at the other host', async () => {
    await using main = await openPayServer((_, response) => response.socket!.destroy())
    await using backup = await openPayServer(ok)
    await using opened = openTestClient({ url: main.url, backupUrl: backup.url, publicKey: platform })
    expect(await opened.client.call({ method: 'POST', path, body })).toMatchObject({ kind: 'ok' })
    const [first, second] = [main.received[0]!, backup.received[0]!]
    expect(second.body).toBe(first.body)
    expect(second.headers.authorization).not.toBe(first.headers.authorization)
  })

  test('the backup host comes first when asked for, and the main host stands in for it', async () => {
    await using main = await openPayServer(ok)
    await using backup = await openPayServer(ok)
    await using opened = openTestClient({ url: main.url, backupUrl: backup.url, publicKey: platform })
    await opened.client.call({ method: 'POST', path, body, backup: true })
    expect([main.received.length, backup.received.length]).toEqual([0, 1])
    await backup.close()
    expect(await opened.client.call({ method: 'POST', path, body, backup: true })).toMatchObject({ kind: 'ok' })
    expect(main.received).toHaveLength(1)
  })

  test('an answer of any kind is not asked for again elsewhere', async () => {
    await using main = await openPayServer(unsigned(500, '{"code":"SYSTEM_ERROR","message":"系统繁忙"}'))
    await using backup = await openPayServer(ok)
    await using opened = openTestClient({ url: main.url, backupUrl: backup.url, publicKey: platform })
    expect(await opened.client.call({ method: 'POST', path, body })).toMatchObject({ code: 'SYSTEM_ERROR' })
    expect(backup.received).toEqual([])
  })

  test('only when neither host was reached is it certain that nothing was sent', async () => {
    await using gone = await openPayServer(ok)
    await gone.close()
    await using resetting = await openPayServer((_, response) => response.socket!.destroy())

    await using neither = openTestClient({ url: gone.url, publicKey: platform })
    expect(await neither.client.call({ method: 'POST', path, body })).toMatchObject({
      kind: 'unknown',
      word: 'unreachable',
    })

    for (const [url, backupUrl] of [
      [resetting.url, gone.url],
      [gone.url, resetting.url],
    ] as const) {
      await using opened = openTestClient({ url, backupUrl, publicKey: platform })
      expect(await opened.client.call({ method: 'POST', path, body })).toMatchObject({ kind: 'unknown', word: 'reset' })
    }
  })

  test('something that does not speak HTTP leaves the result unknown', async () => {
    const server = createServer((socket) => socket.on('error', () => {}).on('data', () => socket.end('SSH-2.0-x\r\n')))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    await using opened = openTestClient({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      publicKey: platform,
    })
    expect(await opened.client.call({ method: 'POST', path, body })).toMatchObject({ kind: 'unknown', word: 'reset' })
    server.close()
  })
})

describe('keys that cannot be used', () => {
  const good = {
    mchid: merchant.mchid,
    serialNo: merchant.serialNo,
    privateKey: new Secret(merchant.keys.privateKey),
    apiV3Key: merchant.apiV3Key,
    publicKeyId: platform.serial as string | undefined,
    publicKey: platform.keys.publicKey as string | undefined,
  }
  const options = { mainUrl: 'https://a.example', backupUrl: 'https://b.example' } as Parameters<
    typeof openPayClient
  >[1]

  test('are refused when the client is opened, and the message holds nothing of them', () => {
    const broken = merchant.keys.privateKey.replace(/[A-Z]{6}/g, 'AAAAAA')
    const messages = [
      { ...good, privateKey: new Secret(broken) },
      { ...good, privateKey: new Secret('no key at all') },
      { ...good, publicKey: 'no key at all' },
      { ...good, publicKey: undefined },
      { ...good, publicKeyId: undefined },
    ].map((keys) => {
      try {
        openPayClient(keys, options)
      } catch (error) {
        return String(error)
      }
      return 'opened'
    })
    expect(messages).toEqual([
      expect.stringContaining('private key'),
      expect.stringContaining('private key'),
      expect.stringContaining('public key'),
      expect.stringContaining('belong together'),
      expect.stringContaining('belong together'),
    ])
    for (const message of messages) expect(message).not.toMatch(/no key at all|[A-Za-z0-9+/]{40}/)
  })

  test('an address with a path is refused: the signature could not cover it', () => {
    expect(() => openPayClient(good, { ...options, mainUrl: 'https://a.example/pay' })).toThrow('no path')
  })
})
