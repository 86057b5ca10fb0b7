import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { openTestClient, publicKeyPlatform } from '../../support/pay-parties.ts'
import { signed, signedHeaders, unsigned } from '../../support/pay-answers.ts'
import { openScriptedHost } from '../../support/scripted-host.ts'

const platform = publicKeyPlatform()
const ok = signed(platform, { coupon_id: '9867041' })
const path = '/v3/marketing/favor/users/oUpF8uMuAJO_M2pxb1Q9zNjWeS6o/coupons'
const body = JSON.stringify({ stock_id: '16246120', out_request_no: '1601400973-20261123-01', comment: '券' })

test('a signed 200 is believed, and its Request-ID and date are kept', async () => {
  await using server = await openScriptedHost(ok)
  await using opened = openTestClient({ url: server.url, publicKey: platform })
  expect(await opened.client.call({ method: 'POST', path, body })).toEqual({
    kind: 'ok',
    status: 200,
    body: { coupon_id: '9867041' },
    requestId: '08E7CA050A0B9C06-0',
    date: expect.stringMatching(/GMT$/) as string,
  })
})

test('a signed 204 without a body is a success', async () => {
  await using server = await openScriptedHost(signed(platform, '', { status: 204 }))
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
  await using server = await openScriptedHost(unsigned(403, JSON.stringify(said), { 'Request-ID': requestId }))
  await using opened = openTestClient({ url: server.url, publicKey: platform })
  const reply = await opened.client.call({ method: 'POST', path, body })
  const date = expect.stringMatching(/GMT$/) as string
  expect(reply).toEqual({ kind: 'refusal', status: 403, ...said, requestId, subCode: '270079533', proven: false, date })
})

test('a refusal is proven only by a signature that verifies', async () => {
  const said = { code: 'NOT_ENOUGH', message: '批次预算不足' }
  await using server = await openScriptedHost(signed(platform, said, { status: 403 }))
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
  await using server = await openScriptedHost(unsigned(status, page, { location: 'http://127.0.0.1:1/' }))
  await using opened = openTestClient({ url: server.url, publicKey: platform })
  const reply = await opened.client.call({ method: 'POST', path, body })
  expect(reply).toMatchObject({ kind: 'refusal', status, code: '', message: '', proven: false })
  expect(server.calls).toHaveLength(1)
})

test.each(['not JSON', '', '{"coupon_id":'])(
  'a signed 200 with the body %j leaves the result unknown',
  async (text) => {
    await using server = await openScriptedHost(signed(platform, text))
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
  await using server = await openScriptedHost((_, response) => {
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
  await using server = await openScriptedHost((_, response) => {
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
  await using server = await openScriptedHost(signed(platform, giant))
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
