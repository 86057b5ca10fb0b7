import { describe, expect, test } from 'vitest'
import { Aes } from 'wechatpay-axios-plugin'
import { Secret } from '../../../src/plumbing/secrets/secret.ts'
import { sealResource } from '../../../src/wechat/pay/resource.ts'
import { movableClock } from '../../support/clock.ts'
import {
  certificatePlatform,
  merchant,
  openTestClient,
  publicKeyPlatform,
  type PlatformKey,
} from '../../support/pay-parties.ts'
import { signed, signedHeaders, unsigned } from '../../support/pay-answers.ts'
import { openScriptedHost, type Answer, type ScriptedHost } from '../../support/scripted-host.ts'

const first = certificatePlatform()
const second = certificatePlatform()
const publicKey = publicKeyPlatform()

const call = { method: 'GET', path: '/v3/x' } as const
const hoursMs = 3_600_000

/** The list as WeChat gives it, sealed by the other implementation. */
function listOf(...platforms: PlatformKey[]): object {
  const data = platforms.map(({ certificate }) => ({
    serial_no: certificate!.serialNo,
    effective_time: certificate!.effectiveAt.toISOString(),
    expire_time: certificate!.expiresAt.toISOString(),
    encrypt_certificate: {
      algorithm: 'AEAD_AES_256_GCM',
      nonce: '61f9c719728a',
      associated_data: 'certificate',
      ciphertext: Aes.AesGcm.encrypt(
        certificate!.certificate,
        merchant.apiV3Key.reveal(),
        '61f9c719728a',
        'certificate',
      ),
    },
  }))
  return { data }
}

/** WeChat with certificates: what it lists, and who signs the rest. */
function wechat(list: Answer, rest: Answer): Answer {
  return ({ url }) => (url === '/v3/certificates' ? list : rest)
}

/** Half of a text, signed as a whole; then the connection ends. */
function brokenOff(text: string): Answer {
  return (_, response) => {
    response.writeHead(200, { 'Content-Length': Buffer.byteLength(text), ...signedHeaders(first, text) })
    response.write(text.slice(0, text.length / 2), () => response.socket?.destroySoon())
  }
}

function downloads(server: ScriptedHost): number {
  return server.calls.filter(({ url }) => url === '/v3/certificates').length
}

const okBy = (platform: PlatformKey): Answer => signed(platform, { ok: true })

describe('with platform certificates', () => {
  test('the first call downloads them, names one, and stores them', async () => {
    await using server = await openScriptedHost(wechat(signed(first, listOf(first)), okBy(first)))
    await using opened = openTestClient({ url: server.url })
    expect(await opened.client.call(call)).toMatchObject({ kind: 'ok' })
    expect(await opened.client.call(call)).toMatchObject({ kind: 'ok' })

    expect(server.calls.map(({ url }) => url)).toEqual(['/v3/certificates', '/v3/x', '/v3/x'])
    expect(server.calls.map(({ headers }) => headers['wechatpay-serial'])).toEqual([
      undefined,
      first.serial,
      first.serial,
    ])
    expect(opened.stored.list).toEqual([
      { ...first.certificate!, certificate: expect.stringContaining('BEGIN CERTIFICATE') },
    ])
  })

  test('stored ones are used without asking', async () => {
    await using server = await openScriptedHost(wechat(unsigned(500, ''), okBy(first)))
    await using opened = openTestClient({ url: server.url, stored: [first.certificate!] })
    expect(await opened.client.call(call)).toMatchObject({ kind: 'ok' })
    expect(downloads(server)).toBe(0)
  })

  test('many calls at once wait for one download', async () => {
    await using server = await openScriptedHost(wechat(signed(first, listOf(first)), okBy(first)))
    await using opened = openTestClient({ url: server.url })
    const replies = await Promise.all(Array.from({ length: 20 }, () => opened.client.call(call)))
    expect(replies.every(({ kind }) => kind === 'ok')).toBe(true)
    expect(downloads(server)).toBe(1)
  })

  test('an answer signed by a new certificate is believed after one download, and both stay known', async () => {
    await using server = await openScriptedHost(wechat(signed(second, listOf(first, second)), okBy(second)))
    await using opened = openTestClient({ url: server.url, stored: [first.certificate!] })
    expect(await opened.client.call(call)).toMatchObject({ kind: 'ok' })
    server.answer(okBy(first))
    expect(await opened.client.call(call)).toMatchObject({ kind: 'ok' })
    expect(opened.stored.list.map(({ serialNo }) => serialNo).sort()).toEqual([first.serial, second.serial].sort())
    expect(downloads(server)).toBe(1)
  })

  test('a notification signed by a new certificate is believed after one download', async () => {
    await using server = await openScriptedHost(signed(second, listOf(first, second)))
    await using opened = openTestClient({ url: server.url, stored: [first.certificate!] })
    const resource = sealResource(merchant.apiV3Key, '{}')
    const body = JSON.stringify({ id: 'EV-1', event_type: 'COUPON.USE', resource })
    const sent = signedHeaders(second, body)
    expect(await opened.client.openNotification(sent, Buffer.from(body))).toMatchObject({ id: 'EV-1' })
  })

  test('a serial that stays unknown is asked about once, not again within a minute', async () => {
    const clock = movableClock()
    await using server = await openScriptedHost(wechat(signed(first, listOf(first)), okBy(second)))
    await using opened = openTestClient({ url: server.url, stored: [first.certificate!], clock })
    for (let i = 0; i < 3; i += 1) {
      expect(await opened.client.call(call)).toMatchObject({ kind: 'unknown', word: 'unverified_answer' })
    }
    expect(downloads(server)).toBe(1)
    clock.advance(61_000)
    await opened.client.call(call)
    expect(downloads(server)).toBe(2)
  })

  test('they are refreshed in the background twice a day', async () => {
    const clock = movableClock()
    await using server = await openScriptedHost(() =>
      // Signed at the moved time, as WeChat's clock moves too.
      wechat(
        signed(first, listOf(first, second), { timestamp: Math.floor(clock.now().getTime() / 1000) }),
        signed(first, {}, { timestamp: Math.floor(clock.now().getTime() / 1000) }),
      ),
    )
    await using opened = openTestClient({ url: server.url, stored: [first.certificate!], clock })
    await opened.client.call(call)
    expect(downloads(server)).toBe(0)
    clock.advance(12 * hoursMs)
    expect(await opened.client.call(call)).toMatchObject({ kind: 'ok' })
    await expect.poll(() => opened.stored.saves).toBe(1)
    expect(downloads(server)).toBe(1)
  })

  test('one whose time is over verifies nothing and is dropped', async () => {
    const clock = movableClock()
    const expired = { ...first.certificate!, expiresAt: new Date(clock.now().getTime() - 1) }
    await using server = await openScriptedHost(wechat(signed(second, listOf(second)), okBy(first)))
    await using opened = openTestClient({ url: server.url, stored: [expired], clock })
    expect(await opened.client.call(call)).toMatchObject({ word: 'unverified_answer' })
    expect(opened.stored.list.map(({ serialNo }) => serialNo)).toEqual([second.serial])
  })

  test('a serial is known in any case and with or without leading zeros', async () => {
    await using server = await openScriptedHost(
      wechat(unsigned(500, ''), signed(first, {}, { serial: `0${first.serial.toLowerCase()}` })),
    )
    await using opened = openTestClient({ url: server.url, stored: [first.certificate!] })
    expect(await opened.client.call(call)).toMatchObject({ kind: 'ok' })
  })
})

describe('a certificate list is not believed', () => {
  const otherKey = new Secret('9'.repeat(32))
  const sealedWrong = {
    data: [{ ...(listOf(first) as { data: object[] }).data[0], encrypt_certificate: sealResource(otherKey, 'x') }],
  }
  const notACertificate = {
    data: [
      { ...(listOf(first) as { data: object[] }).data[0], encrypt_certificate: sealResource(merchant.apiV3Key, 'PEM') },
    ],
  }
  const otherSerial = { data: [{ ...(listOf(first) as { data: object[] }).data[0], serial_no: second.serial }] }

  test.each([
    ['sealed with another APIv3 key', signed(first, sealedWrong), 'APIv3 key'],
    ['signed by a certificate that is neither listed nor known', signed(second, listOf(first)), 'does not verify'],
    ['with a wrong signature', signed(first, listOf(first), { signature: 'Zm9yZ2Vk' }), 'does not verify'],
    ['without a signature', unsigned(200, JSON.stringify(listOf(first))), 'does not verify'],
    ['holding something else', signed(first, notACertificate), 'not a certificate'],
    ['under another serial', signed(first, otherSerial), 'another serial'],
    ['of another shape', signed(first, { data: {} }), 'not readable'],
    ['that is a page', signed(first, '<html>'), 'not readable'],
    [
      'that WeChat refuses',
      unsigned(404, '{"code":"RESOURCE_NOT_EXISTS","message":"无可用的平台证书"}'),
      '404 RESOURCE_NOT_EXISTS',
    ],
    ['of which a half comes', signed(first, JSON.stringify(listOf(first)).slice(0, 500)), 'not readable'],
    ['that breaks off in its middle', brokenOff(JSON.stringify(listOf(first))), 'could not be downloaded'],
    ['that never comes', 'hang up' as Answer, 'could not be downloaded'],
  ])('%s', async (_name, answer, message) => {
    await using server = await openScriptedHost(wechat(answer, okBy(first)))
    await using opened = openTestClient({ url: server.url })
    expect(await opened.client.call(call)).toMatchObject({ kind: 'unknown', word: 'unverified_answer' })
    expect(opened.stored.saves).toBe(0)
    expect(opened.logged.join('')).toContain(message)
    expect(opened.logged.join('')).not.toContain(merchant.apiV3Key.reveal())
  })
})

describe('when things around it fail', () => {
  test('a failed download is tried again after some seconds', async () => {
    const clock = movableClock()
    await using server = await openScriptedHost(wechat(unsigned(502, '<html>'), okBy(first)))
    await using opened = openTestClient({ url: server.url, clock })
    await opened.client.call(call)
    await opened.client.call(call)
    expect(downloads(server)).toBe(1)
    server.answer(wechat(signed(first, listOf(first)), okBy(first)))
    clock.advance(5_001)
    expect(await opened.client.call(call)).toMatchObject({ kind: 'ok' })
  })

  test('a refusal that the merchant must know comes through although nothing can be verified', async () => {
    await using server = await openScriptedHost(unsigned(401, '{"code":"SIGN_ERROR","message":"错误的签名"}'))
    await using opened = openTestClient({ url: server.url })
    expect(await opened.client.call(call)).toMatchObject({
      kind: 'refusal',
      status: 401,
      code: 'SIGN_ERROR',
      proven: false,
    })
  })

  test('a slow download takes no more than the time of the call', async () => {
    await using server = await openScriptedHost(wechat('silence', okBy(first)))
    await using opened = openTestClient({ url: server.url })
    expect(await opened.client.call({ ...call, timeoutMs: 80 })).toMatchObject({ kind: 'unknown' })
  })

  test('a store that is away costs a download, not the call', async () => {
    await using server = await openScriptedHost(wechat(signed(first, listOf(first)), okBy(first)))
    await using opened = openTestClient({ url: server.url })
    opened.stored.fails = true
    expect(await opened.client.call(call)).toMatchObject({ kind: 'ok' })
    expect(opened.logged.join('')).toContain('the database is away')
  })
})

describe('in public-key mode', () => {
  test('the certificate list is never asked for, whatever serial an answer names', async () => {
    await using server = await openScriptedHost(wechat(signed(first, listOf(first)), okBy(first)))
    await using opened = openTestClient({ url: server.url, publicKey })
    expect(await opened.client.call(call)).toMatchObject({ kind: 'unknown', word: 'unverified_answer' })
    expect(downloads(server)).toBe(0)
  })

  test('answers by a stored certificate are still believed during the switch', async () => {
    await using server = await openScriptedHost(okBy(first))
    await using opened = openTestClient({ url: server.url, publicKey, stored: [first.certificate!] })
    expect(await opened.client.call(call)).toMatchObject({ kind: 'ok' })
    server.answer(okBy(publicKey))
    expect(await opened.client.call(call)).toMatchObject({ kind: 'ok' })
    expect(server.calls.map(({ headers }) => headers['wechatpay-serial'])).toEqual([publicKey.serial, publicKey.serial])
  })
})
