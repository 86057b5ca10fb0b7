import { connect } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { PushSpec } from '../../../sandbox/push/push.ts'
import type { Campaign } from '../../../src/plumbing/storage/schema/campaign.ts'
import { aSentCoupon, payWithCoupon } from '../../support/coupons.ts'
import { type Call, openScriptedHost, type ScriptedHost } from '../../support/scripted-host.ts'
import { openShop, type SandboxShop } from '../../support/shop.ts'

/*
 * A message whose connection breaks in its middle, or of which a proxy passes on only a half: it is never taken, and the
 * whole one that WeChat sends again is taken once.
 */

const kinds = ['payment', 'refund', 'coupon_use', 'brand_partner', 'brand', 'membercard_open', 'oa', 'event'] as const

describe.each(['certificate', 'public_key'] as const)('half a message, keys as %s', (keyMode) => {
  let shop: SandboxShop
  let elsewhere: ScriptedHost
  let campaign: Campaign

  beforeAll(async () => {
    shop = await openShop({ wechat: 'sandbox', redis: false, world: { keyMode } })
    elsewhere = await openScriptedHost({ status: 200, body: 'success' })
    campaign = await shop.campaign()
  })
  beforeEach(() => shop.services.db.deleteFrom('inbox').execute())
  afterAll(async () => {
    await shop[Symbol.asyncDispose]()
    await elsewhere.close()
  })

  async function specOf(kind: (typeof kinds)[number]): Promise<PushSpec> {
    const { control } = shop.sandbox
    const openid = shop.member(`member-${kind}`)
    if (kind === 'oa')
      return { kind: 'card', event: 'user_get_card', cardCode: control.takeCard(openid, { hasActive: true }).code }
    if (kind === 'brand_partner' || kind === 'brand' || kind === 'membercard_open') {
      const { cardId } = shop.world.merchants[0]!.cardProducts!.find((one) => one.kind === kind)!
      control.takeProductCard(cardId, openid, { state: 'EFFECTIVE' })
      if (kind === 'membercard_open') return { kind: 'open_card', cardId, openid, event: 'ACTIVATE_CARD' }
      return { kind: 'brand_card', cardId, openid, event: 'CREATE' }
    }
    if (kind === 'coupon_use') {
      const couponId = await aSentCoupon(shop, openid, campaign)
      payWithCoupon(shop, openid)
      return { kind, couponId }
    }
    const { transactionId } = control.addOrder({ openid, total: 6000 })
    if (kind === 'refund') control.refund(transactionId)
    return kind === 'event' ? { kind: 'merchant_paid', transactionId } : { kind, transactionId }
  }

  /** The message as WeChat posts it, taken down elsewhere; nothing of it has come to us. */
  async function messageOf(kind: (typeof kinds)[number]): Promise<Call> {
    const { settings, push } = shop.sandbox.control
    const spec = await specOf(kind)
    settings.appUrl = elsewhere.url
    const card = 'cardId' in spec && { notifyUrl: elsewhere.url + new URL(await addressOf(spec)).pathname }
    const before = elsewhere.calls.length
    await push({ ...spec, ...card } as PushSpec)
    settings.appUrl = shop.site.url
    expect(elsewhere.calls).toHaveLength(before + 1)
    return elsewhere.calls.at(-1)!
  }
  /** Where the card's notices go. */
  async function addressOf(spec: PushSpec): Promise<string> {
    const { url } = await shop.sandbox.control.push({ ...spec, spoil: 'unsigned' } as PushSpec)
    return url
  }

  const headersOf = ({ headers }: Call) =>
    Object.fromEntries(
      Object.entries(headers).filter(([name]) => !/^(host|connection|content-length|transfer-encoding)$/.test(name)),
    ) as Record<string, string>
  const post = (call: Call, body: Buffer) =>
    fetch(shop.site.url + call.url, { method: 'POST', headers: headersOf(call), body })

  /** Announces the whole, sends the half, and ends the connection; resolves when our side has closed it. */
  function breakOff(call: Call, body: Buffer): Promise<void> {
    const { hostname, port } = new URL(shop.site.url)
    const lines = Object.entries(headersOf(call)).map(([name, value]) => `${name}: ${value}\r\n`)
    const head = `POST ${call.url} HTTP/1.1\r\nhost: ${hostname}\r\ncontent-length: ${body.length}\r\n${lines.join('')}\r\n`
    return new Promise((resolve) => {
      const socket = connect(Number(port), hostname)
      socket.on('error', () => resolve())
      socket.on('close', () => resolve())
      socket.resume()
      socket.end(Buffer.concat([Buffer.from(head), body.subarray(0, body.length / 2)]))
    })
  }
  const kept = async () => (await shop.services.db.selectFrom('inbox').select('id').execute()).length

  test.each(kinds)('%s: a half is not taken, and the whole one that comes again is, once', async (kind) => {
    const call = await messageOf(kind)
    const body = Buffer.from(call.body)
    await breakOff(call, body)
    const half = await post(call, body.subarray(0, body.length / 2))
    expect(half.status).toBeGreaterThanOrEqual(400)
    expect(half.status).toBeLessThan(500)
    expect(await kept()).toBe(0)
    for (const _ of [1, 2]) expect((await post(call, body)).ok).toBe(true)
    expect(await kept()).toBe(1)
  })
})
