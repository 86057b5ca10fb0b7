import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { decrypt, getSignature } from '@wecom/crypto'
import { Webhook } from 'standardwebhooks'
import { Aes } from 'wechatpay-axios-plugin'
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.ts'
import { createWorld, type World } from '../../sandbox/world.ts'
import { openScriptedHost, type ScriptedHost } from '../support/scripted-host.ts'
import { isProven } from './pay-caller.ts'

type Arrival = { path: string; query: URLSearchParams; headers: Headers; body: string }

let sandbox: Sandbox
let world: World
let app: ScriptedHost
let arrivals: Arrival[] = []
let answers: number[] = []
const provider = '1267388801'

beforeAll(async () => {
  app = await openScriptedHost(({ path, query, headers, body }) => {
    arrivals.push({ path, query, headers: new Headers(headers as Record<string, string>), body })
    return { status: answers.shift() ?? 200, body: query.get('echostr') ?? '' }
  })
  world = createWorld({ keyMode: 'both' })
  sandbox = await startSandbox({ port: 0, world, appUrl: app.url })
})
beforeEach(() => {
  arrivals = []
  answers = []
})
afterAll(async () => {
  await sandbox.close()
  await app[Symbol.asyncDispose]()
})

const openid = () => world.members[0]!.openid

function opened(body: string, apiV3Key = world.accounts[0]!.apiV3Key): Record<string, unknown> {
  const { resource } = JSON.parse(body) as { resource: Record<string, string> }
  const text = Aes.AesGcm.decrypt(resource.ciphertext!, apiV3Key, resource.nonce!, resource.associated_data!)
  return JSON.parse(text) as Record<string, unknown>
}

describe('WeChat Pay tells', () => {
  test('a payment, signed and sealed, again with the same id until it is accepted', async () => {
    const { transactionId } = sandbox.control.addOrder({ openid: openid(), total: 6000 })
    answers = [500, 200]
    const report = await sandbox.control.push({ kind: 'payment', transactionId, retryMs: [1, 1] })
    expect(report).toMatchObject({ accepted: true, attempts: [{ status: 500 }, { status: 200 }] })
    const [first, second] = arrivals
    expect(first!.path).toBe('/notify/demo/pay/1601400973')
    expect(first!.body).toBe(second!.body)
    expect(isProven(world, first!.headers, first!.body)).toBe(true)
    expect(JSON.parse(first!.body)).toMatchObject({
      event_type: 'TRANSACTION.SUCCESS',
      resource_type: 'encrypt-resource',
    })
    expect(opened(first!.body)).toMatchObject({ transaction_id: transactionId, payer: { openid: openid() } })
  })

  test('a provider’s order to the provider, and with either kind of key during the switch', async () => {
    const order = { openid: openid(), total: 100, mchid: provider, subMchid: '1601400973' }
    const { transactionId } = sandbox.control.addOrder(order)
    await sandbox.control.push({ kind: 'payment', transactionId, withPublicKey: true })
    expect(arrivals[0]!.path).toBe(`/notify/demo/pay/${provider}`)
    expect(arrivals[0]!.headers.get('wechatpay-serial')).toBe(world.platform.publicKeyId)
    expect(isProven(world, arrivals[0]!.headers, arrivals[0]!.body)).toBe(true)
    expect(opened(arrivals[0]!.body, world.accounts[1]!.apiV3Key)).toMatchObject({ sp_mchid: provider })
  })

  test('a refund, without openid', async () => {
    const { transactionId } = sandbox.control.addOrder({ openid: openid(), total: 1000 })
    const { refundId } = sandbox.control.refund(transactionId, { refund: 400 })
    await sandbox.control.push({ kind: 'refund', transactionId, refundId })
    const refund = opened(arrivals[0]!.body)
    expect(refund).toMatchObject({
      refund_id: refundId,
      refund_status: 'SUCCESS',
      amount: { refund: 400, payer_refund: 400 },
    })
    expect(JSON.stringify(refund)).not.toContain('openid')
    await expect(sandbox.control.push({ kind: 'refund', transactionId, refundId: '1' })).rejects.toThrow(
      'no such refund',
    )
  })

  test('the use of a coupon, to the stock’s creator', async () => {
    const { giveCoupon } = await import('../../sandbox/pay/coupon.ts')
    const stockId = world.merchants[0]!.campaigns.link.stockId
    const about = { stockId, openid: openid(), appid: '', mchid: '1601400973', outRequestNo: 'n' }
    const { couponId } = giveCoupon(sandbox.control.state, about)
    sandbox.control.addOrder({ openid: openid(), total: 6000, goodsTag: 'MUTEX_ONLINE', useCoupon: true })
    await sandbox.control.push({
      kind: 'coupon_use',
      couponId,
      notifyUrl: `${sandbox.control.settings.appUrl}/elsewhere`,
    })
    expect(arrivals[0]!.path).toBe('/elsewhere')
    expect(opened(arrivals[0]!.body, world.accounts[1]!.apiV3Key)).toMatchObject({
      coupon_id: couponId,
      status: 'USED',
    })
    await expect(sandbox.control.push({ kind: 'coupon_use', couponId: '1' })).rejects.toThrow('no coupon 1')
  })

  test.each(['signature', 'signtest', 'serial', 'tampered'] as const)('something forged: %s', async (spoil) => {
    const { transactionId } = sandbox.control.addOrder({ openid: openid(), total: 100 })
    await sandbox.control.push({ kind: 'payment', transactionId, spoil })
    expect(isProven(world, arrivals[0]!.headers, arrivals[0]!.body)).toBe(false)
  })

  test('and reports when nobody listens', async () => {
    const { transactionId } = sandbox.control.addOrder({ openid: openid(), total: 100 })
    const report = await sandbox.control.push({ kind: 'payment', transactionId, notifyUrl: 'http://127.0.0.1:9/' })
    expect(report).toMatchObject({ accepted: false, attempts: [{ status: 0, fault: 'TypeError' }] })
    await expect(sandbox.control.push({ kind: 'payment', transactionId: '1' })).rejects.toThrow('no order 1')
  })
})

describe('the Official Account pushes', () => {
  const account = () => world.merchants[0]!.officialAccount
  const sealedIn = (body: string) => /<Encrypt><!\[CDATA\[(.+?)\]\]>/.exec(body)![1]!

  test('a card event in safe mode, which an independent reader opens', async () => {
    const card = sandbox.control.takeCard(openid(), { outerStr: 'store 7' })
    await sandbox.control.push({ kind: 'card', event: 'user_get_card', cardCode: card.code })
    const { path, query, body } = arrivals[0]!
    const sealed = sealedIn(body)
    expect(path).toBe('/notify/demo/oa')
    const proof = getSignature(account().messageToken, query.get('timestamp')!, query.get('nonce')!, sealed)
    expect(query.get('msg_signature')).toBe(proof)
    const { message, id } = decrypt(account().encodingAesKey, sealed)
    expect(id).toBe(account().appid)
    expect(message).toContain(`<FromUserName><![CDATA[${openid()}]]></FromUserName>`)
    expect(message).toContain(`<UserCardCode><![CDATA[${card.code}]]></UserCardCode>`)
    expect(message).toContain('<OuterStr><![CDATA[store 7]]></OuterStr>')
  })

  test('other events, and forged or plain ones when told', async () => {
    const card = sandbox.control.takeCard(openid())
    const event = { kind: 'card', event: 'submit_membercard_user_info', cardCode: card.code } as const
    await sandbox.control.push({ ...event, spoil: 'signature' })
    await sandbox.control.push({ ...event, spoil: 'plaintext' })
    await sandbox.control.push({ ...event, spoil: 'appid' })
    await sandbox.control.push({ kind: 'message', fromOpenid: openid(), event: 'subscribe' })
    const [forged, plain, foreign, other] = arrivals
    const proof = getSignature(
      account().messageToken,
      forged!.query.get('timestamp')!,
      forged!.query.get('nonce')!,
      sealedIn(forged!.body),
    )
    expect(forged!.query.get('msg_signature')).not.toBe(proof)
    expect(plain!.body).toContain('submit_membercard_user_info')
    expect(decrypt(account().encodingAesKey, sealedIn(foreign!.body)).id).not.toBe(account().appid)
    expect(decrypt(account().encodingAesKey, sealedIn(other!.body)).message).toContain('subscribe')
    await expect(sandbox.control.push({ ...event, cardCode: '1' })).rejects.toThrow('no card 1')
  })

  test('its first call, which must be answered with its echostr', async () => {
    expect(await sandbox.control.verifyMessagePush()).toBe(true)
    expect(arrivals[0]!.query.get('signature')).toMatch(/^[0-9a-f]{40}$/)
    answers = [403]
    expect(await sandbox.control.verifyMessagePush()).toBe(false)
  })
})

describe('the merchant’s cloud reports', () => {
  const verify = ({ headers, body }: Arrival) =>
    new Webhook(world.merchants[0]!.eventsSecret).verify(body, Object.fromEntries(headers)) as Record<string, unknown>

  test('a payment and its refund, signed by Standard Webhooks', async () => {
    const { transactionId } = sandbox.control.addOrder({ openid: openid(), total: 6000, goodsTag: 'MUTEX_STORE' })
    sandbox.control.refund(transactionId, { refund: 1000 })
    await sandbox.control.push({ kind: 'merchant_paid', transactionId, id: 'e-1' })
    await sandbox.control.push({ kind: 'merchant_refunded', transactionId })
    expect(arrivals[0]!.path).toBe('/api/demo/events')
    expect(verify(arrivals[0]!)).toMatchObject({
      type: 'payment.succeeded',
      id: 'e-1',
      data: { openid: openid(), transaction_id: transactionId, total: 6000, goods_tag: 'MUTEX_STORE' },
    })
    expect(verify(arrivals[1]!)).toMatchObject({ type: 'payment.refunded', data: { refund: 1000 } })
  })

  test('anything else, also with a wrong signature', async () => {
    const event = { kind: 'merchant_event', type: 'card.opened', data: { openid: openid() } } as const
    await sandbox.control.push(event)
    await sandbox.control.push({ ...event, spoil: 'signature' })
    expect(verify(arrivals[0]!)).toMatchObject({ type: 'card.opened' })
    expect(() => verify(arrivals[1]!)).toThrow()
  })
})
