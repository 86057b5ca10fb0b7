import { describe, expect, test } from 'vitest'
import { Formatter } from 'wechatpay-axios-plugin'
import { certificatePlatform, merchant, openTestClient, publicKeyPlatform } from '../../support/pay-parties.ts'
import { signedHeaders, unsigned, type Signing } from '../../support/pay-answers.ts'
import { openScriptedHost } from '../../support/scripted-host.ts'
import { sealResource } from '../../../src/wechat/pay/resource.ts'
import type { NotificationRefused } from '../../../src/wechat/pay/notification.ts'

const platform = publicKeyPlatform()
const stranger = publicKeyPlatform()
const certificate = certificatePlatform()
const text = '{"coupon_id":"9867041"}'
const now = Formatter.timestamp()

/** Each way in which a message can fail to be WeChat's; the word is what a notification is refused with. */
const failures: [string, Record<string, string>, string][] = [
  ['no signature headers', {}, 'headers_missing'],
  ...['Timestamp', 'Nonce', 'Serial', 'Signature'].map((part): [string, Record<string, string>, string] => {
    const { [`Wechatpay-${part}`]: _, ...rest } = headers()
    return [`no Wechatpay-${part}`, rest, 'headers_missing']
  }),
  ['an unknown signature type', headers({ type: 'WECHATPAY2-SM2-WITH-SM3' }), 'unknown_type'],
  ['a signature of 300 s ago', headers({ timestamp: now - 301 }), 'clock'],
  ['a signature of 300 s ahead', headers({ timestamp: now + 310 }), 'clock'],
  ['a time that is no number', headers({ timestamp: 'soon' }), 'clock'],
  ['an unknown serial', headers({ serial: 'PUB_KEY_ID_0' }), 'unknown_serial'],
  ['a signature over another body', { ...headers(), 'Wechatpay-Nonce': 'other' }, 'bad_signature'],
  ['a signature by another key', signedHeaders(stranger, text), 'bad_signature'],
  ['a probe signature', headers({ signature: `WECHATPAY/SIGNTEST/${'A'.repeat(325)}` }), 'bad_signature'],
  ['a signature that is not base64', headers({ signature: '%%%' }), 'bad_signature'],
]

function headers(over: Signing = {}): Record<string, string> {
  return signedHeaders(platform, text, over)
}

describe('an answer of 200 with', () => {
  test.each(failures)('%s leaves the result unknown', async (_name, answered) => {
    await using server = await openScriptedHost(unsigned(200, text, { 'Request-ID': 'R-0', ...answered }))
    await using opened = openTestClient({ url: server.url, publicKey: platform })
    const reply = await opened.client.call({ method: 'POST', path: '/v3/send', body: '{}' })
    expect(reply).toMatchObject({ kind: 'unknown', word: 'unverified_answer', status: 200, requestId: 'R-0' })
    expect(server.calls).toHaveLength(1)
  })

  test.each([
    ['the signature type spelled out', headers({ type: 'WECHATPAY2-SHA256-RSA2048' })],
    ['a signature of nearly 300 s ago', headers({ timestamp: now - 270 })],
    ['a signature of nearly 300 s ahead', headers({ timestamp: now + 290 })],
  ])('%s is believed', async (_name, answered) => {
    await using server = await openScriptedHost(unsigned(200, text, answered))
    await using opened = openTestClient({ url: server.url, publicKey: platform })
    expect(await opened.client.call({ method: 'GET', path: '/v3/x' })).toMatchObject({ kind: 'ok' })
  })

  test('the same JSON in other bytes is not believed', async () => {
    await using server = await openScriptedHost(unsigned(200, text.replace(':', ': '), headers()))
    await using opened = openTestClient({ url: server.url, publicKey: platform })
    expect(await opened.client.call({ method: 'GET', path: '/v3/x' })).toMatchObject({ word: 'unverified_answer' })
  })
})

describe('a notification with', () => {
  test.each(failures)('%s is refused', async (_name, sent, word) => {
    await using opened = openTestClient({ url: 'http://127.0.0.1:9', publicKey: platform })
    const refused = await opened.client.openNotification(sent, Buffer.from(text)).catch((error: unknown) => error)
    expect((refused as NotificationRefused).word).toBe(word)
  })
})

describe('a notification', () => {
  const resource = {
    ...sealResource(merchant.apiV3Key, '{"transaction_id":"42"}', 'transaction'),
    original_type: 'transaction',
  }
  const envelope = { id: 'EV-1', event_type: 'TRANSACTION.SUCCESS', summary: '支付成功', resource }

  async function open(sent: unknown, signer = platform, change = (given: Record<string, string>): unknown => given) {
    await using opened = openTestClient({
      url: 'http://127.0.0.1:9',
      publicKey: platform,
      stored: [certificate.certificate!],
    })
    const body = typeof sent === 'string' ? sent : JSON.stringify(sent)
    const given = change(signedHeaders(signer, body)) as Record<string, string>
    return opened.client.openNotification(given, Buffer.from(body)).catch((error: NotificationRefused) => error.word)
  }

  const openedEnvelope = {
    id: 'EV-1',
    event_type: 'TRANSACTION.SUCCESS',
    summary: '支付成功',
    original_type: 'transaction',
    resource: { transaction_id: '42' },
  }

  test('is opened, whatever the case of its header names', async () => {
    expect(await open(envelope)).toEqual(openedEnvelope)
    const shout = (given: Record<string, string>) =>
      Object.fromEntries(Object.entries(given).map(([name, value]) => [name.toUpperCase(), value]))
    expect(await open(envelope, platform, shout)).toEqual(openedEnvelope)
  })

  test('is opened while WeChat switches from certificate to public key, by whichever signed it', async () => {
    expect(await open(envelope, certificate)).toEqual(openedEnvelope)
  })

  test('may lack what nobody needs', async () => {
    const { original_type: _, ...bare } = resource
    expect(await open({ ...envelope, summary: null, resource: bare })).toMatchObject({ summary: '', original_type: '' })
  })

  test('that is no JSON, no envelope, or holds no JSON is malformed', async () => {
    const holding = (plain: string) => ({ ...envelope, resource: sealResource(merchant.apiV3Key, plain) })
    for (const sent of ['', '<xml/>', 'null', { id: 1 }, { ...envelope, resource: null }, holding('<xml/>')]) {
      expect(await open(sent)).toBe('malformed')
    }
  })

  test('whose resource was changed, cut or sealed with another key does not open', async () => {
    const bytes = Buffer.from(resource.ciphertext, 'base64')
    bytes[0]! ^= 1
    for (const change of [
      { ciphertext: bytes.toString('base64') },
      { ciphertext: resource.ciphertext.slice(0, 20) },
      { ciphertext: '' },
      { nonce: '' },
      { associated_data: 'refund' },
      { algorithm: 'none' },
    ]) {
      expect(await open({ ...envelope, resource: { ...resource, ...change } })).toBe('undecryptable')
    }
  })
})
