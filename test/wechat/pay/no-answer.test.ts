import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { listen } from '../../support/listen.ts'
import { openTestClient, publicKeyPlatform } from '../../support/pay-parties.ts'
import { signatureHolds, signed, unsigned } from '../../support/pay-answers.ts'
import { openScriptedHost } from '../../support/scripted-host.ts'
import { aHold, until } from '../../support/waiting.ts'

const platform = publicKeyPlatform()
const ok = signed(platform, { coupon_id: '9867041' })
const path = '/v3/marketing/favor/users/oUpF8uMuAJO_M2pxb1Q9zNjWeS6o/coupons'
const body = JSON.stringify({ stock_id: '16246120', out_request_no: '1601400973-20261123-01', comment: '券' })

test('silence, and a body that never ends, are a timeout', async () => {
  await using server = await openScriptedHost('silence')
  await using opened = openTestClient({ url: server.url, publicKey: platform })
  const silent = await opened.client.call({ method: 'POST', path, body, timeoutMs: 500 })
  expect(silent).toMatchObject({ kind: 'unknown', word: 'timeout' })

  server.answer((_, response) => void response.writeHead(200, { 'Request-ID': 'R-0' }).write('{'))
  const endless = await opened.client.call({ method: 'POST', path, body, timeoutMs: 500 })
  expect(endless).toMatchObject({ kind: 'unknown', word: 'timeout', status: 200, requestId: 'R-0' })
})

test('a call whose time ran out while it waited for a connection never goes out', async () => {
  const hold = aHold()
  await using server = await openScriptedHost({ ...ok, after: hold.over })
  await using opened = openTestClient({ url: server.url, publicKey: platform, connections: 1 })
  const first = opened.client.call({ method: 'GET', path: '/v3/first' })
  await until(() => server.calls.length === 1)
  const waiting = await opened.client.call({ method: 'GET', path: '/v3/waiting', timeoutMs: 60 })
  expect(waiting).toMatchObject({ kind: 'unknown', word: 'unreachable' })

  server.answer(ok)
  hold.letGo()
  expect(await first).toMatchObject({ kind: 'ok' })
  expect(await opened.client.call({ method: 'GET', path: '/v3/later' })).toMatchObject({ kind: 'ok' })
  expect(server.calls.map(({ url }) => url)).toEqual(['/v3/first', '/v3/later'])
})

test('a host that gives no connection in time leaves time for the other one', async () => {
  const hold = aHold()
  await using busy = await openScriptedHost({ ...ok, after: hold.over })
  await using backup = await openScriptedHost(ok)
  await using opened = openTestClient({ url: busy.url, backupUrl: backup.url, publicKey: platform, connections: 1 })
  const first = opened.client.call({ method: 'GET', path: '/v3/first' })
  await until(() => busy.calls.length === 1)
  expect(await opened.client.call({ method: 'GET', path: '/v3/second', timeoutMs: 1_000 })).toMatchObject({
    kind: 'ok',
  })
  expect(backup.calls.map(({ url }) => url)).toEqual(['/v3/second'])
  hold.letGo()
  expect(await first).toMatchObject({ kind: 'ok' })
})

test('the backup host gets the same body under a new signature when the main host cannot be reached', async () => {
  await using gone = await openScriptedHost(ok)
  await gone.close()
  await using backup = await openScriptedHost(ok)
  await using opened = openTestClient({ url: gone.url, backupUrl: backup.url, publicKey: platform })
  expect(await opened.client.call({ method: 'POST', path, body })).toMatchObject({ kind: 'ok' })
  expect(backup.calls.map((request) => [request.body, signatureHolds(request)])).toEqual([[body, true]])
})

test('a connection reset before the answer is tried once more at the other host', async () => {
  await using main = await openScriptedHost('hang up')
  await using backup = await openScriptedHost(ok)
  await using opened = openTestClient({ url: main.url, backupUrl: backup.url, publicKey: platform })
  expect(await opened.client.call({ method: 'POST', path, body })).toMatchObject({ kind: 'ok' })
  const [first, second] = [main.calls[0]!, backup.calls[0]!]
  expect(second.body).toBe(first.body)
  expect(second.headers.authorization).not.toBe(first.headers.authorization)
})

test('the backup host comes first when asked for, and the main host stands in for it', async () => {
  await using main = await openScriptedHost(ok)
  await using backup = await openScriptedHost(ok)
  await using opened = openTestClient({ url: main.url, backupUrl: backup.url, publicKey: platform })
  await opened.client.call({ method: 'POST', path, body, backup: true })
  expect([main.calls.length, backup.calls.length]).toEqual([0, 1])
  await backup.close()
  expect(await opened.client.call({ method: 'POST', path, body, backup: true })).toMatchObject({ kind: 'ok' })
  expect(main.calls).toHaveLength(1)
})

test('an answer of any kind is not asked for again elsewhere', async () => {
  await using main = await openScriptedHost(unsigned(500, '{"code":"SYSTEM_ERROR","message":"系统繁忙"}'))
  await using backup = await openScriptedHost(ok)
  await using opened = openTestClient({ url: main.url, backupUrl: backup.url, publicKey: platform })
  expect(await opened.client.call({ method: 'POST', path, body })).toMatchObject({ code: 'SYSTEM_ERROR' })
  expect(backup.calls).toEqual([])
})

test('only when neither host was reached is it certain that nothing was sent', async () => {
  await using gone = await openScriptedHost(ok)
  await gone.close()
  await using resetting = await openScriptedHost('hang up')

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
    const reply = await opened.client.call({ method: 'POST', path, body })
    expect(reply).toMatchObject({ kind: 'unknown' })
    expect(reply.kind === 'unknown' && (reply.word === 'reset' || reply.mayHaveArrived === true)).toBe(true)
  }
})

test('something that does not speak HTTP leaves the result unknown', async () => {
  const server = createServer((socket) => socket.on('error', () => {}).on('data', () => socket.end('SSH-2.0-x\r\n')))
  await using opened = openTestClient({ url: await listen(server), publicKey: platform })
  expect(await opened.client.call({ method: 'POST', path, body })).toMatchObject({ kind: 'unknown', word: 'reset' })
  server.close()
})
