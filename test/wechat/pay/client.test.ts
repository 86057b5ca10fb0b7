import { describe, expect, test } from 'vitest'
import { Secret } from '../../../src/plumbing/secrets/secret.ts'
import { openPayClient } from '../../../src/wechat/pay/client.ts'
import { merchant, openTestClient, publicKeyPlatform } from '../../support/pay-parties.ts'
import { signatureHolds, signed } from '../../support/pay-answers.ts'
import { openScriptedHost } from '../../support/scripted-host.ts'

const platform = publicKeyPlatform()
const ok = signed(platform, { coupon_id: '9867041' })
const path = '/v3/marketing/favor/users/oUpF8uMuAJO_M2pxb1Q9zNjWeS6o/coupons'
const body = JSON.stringify({ stock_id: '16246120', out_request_no: '1601400973-20261123-01', comment: '券' })

test('a call is signed so that the other implementation verifies it, body and query as sent', async () => {
  await using server = await openScriptedHost(ok)
  await using opened = openTestClient({ url: server.url, publicKey: platform })
  await opened.client.call({ method: 'POST', path, body })
  await opened.client.call({
    method: 'GET',
    path: '/v3/marketing/favor/stocks/1?stock_creator_mchid=12%2B3&a=%E5%88%B8',
  })

  expect(server.calls.map(signatureHolds)).toEqual([true, true])
  expect(server.calls[0]!.body).toBe(body)
  expect(server.calls[1]!.url).toContain('12%2B3&a=%E5%88%B8')
})

test('every call names itself, its language, and the key that it can verify', async () => {
  await using server = await openScriptedHost(ok)
  await using opened = openTestClient({ url: server.url, publicKey: platform })
  await opened.client.call({ method: 'POST', path, body })
  await opened.client.call({ method: 'GET', path })

  for (const { headers } of server.calls) {
    expect(headers).toMatchObject({
      'wechatpay-serial': platform.serial,
      accept: 'application/json',
      'accept-language': 'zh-CN',
      'user-agent': expect.stringMatching(/^paycoupon\//),
    })
  }
  expect(server.calls.map(({ headers }) => headers['content-type'])).toEqual(['application/json', undefined])
})

test('an emoji or a raw Chinese path is refused before anything is sent', async () => {
  await using server = await openScriptedHost(ok)
  await using opened = openTestClient({ url: server.url, publicKey: platform })
  await expect(opened.client.call({ method: 'POST', path, body: '{"name":"🎁"}' })).rejects.toThrow('emoji')
  await expect(opened.client.call({ method: 'GET', path: '/v3/用户' })).rejects.toThrow('percent-encoded')
  expect(server.calls).toEqual([])
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
