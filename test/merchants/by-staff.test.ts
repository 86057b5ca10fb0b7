import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeCertificate } from '../../sandbox/platform/keys.ts'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import { award } from '../../src/grants/award.ts'
import { readCandidate } from '../../src/merchants/by-staff/candidate.ts'
import { createMerchantFor } from '../../src/merchants/by-staff/new-merchant.ts'
import { replaceKeysFor } from '../../src/merchants/by-staff/replace-keys.ts'
import { WrongFields } from '../../src/merchants/by-staff/wrong-fields.ts'
import { Declined } from '../../src/operators/rights/declined.ts'
import { ofMerchant } from '../../src/operators/rights/scope.ts'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { movableClock } from '../support/clock.ts'
import { aStaff, type Staff } from '../support/operators.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

describe.each(['certificate', 'public_key'] as const)('in %s mode', { timeout: 60_000 }, (keyMode) => {
  const clock = movableClock()
  let shop: SandboxShop
  let owner: Staff
  let campaign: Campaign
  beforeAll(async () => {
    shop = await openShop({ wechat: 'sandbox', clock, world: { keyMode } })
    owner = await aStaff(Object.assign(shop.services, { clock }), 'owner@example.com', ofMerchant(shop.merchant.id))
    campaign = await shop.campaign({ limits: {} })
  }, 60_000)
  afterAll(() => shop[Symbol.asyncDispose]())

  const given = (files: string[]) => ({
    files: files.map((text) => ({ name: 'x.pem', bytes: Buffer.from(text) })),
    mchid: '',
    role: undefined,
    api_v3_key: '',
    public_key_id: '',
    confirmed: false,
  })
  const ofWorld = () => shop.world.accounts[0]!
  const coupons = () => shop.services.db.selectFrom('coupons').select(['state', 'attempts']).execute()

  test('keys that are replaced while coupons go out in two processes lose no send and cost no second one', async () => {
    await using other = await shop.anotherProcess('other', { clock })
    const person = await owner.person()
    async function owe(): Promise<void> {
      const openid = shop.member(randomUUID())
      const asked = { merchant: shop.merchant, campaign, openid, triggerKey: `link/${openid}`, at: clock.now() }
      expect((await award(shop.services, { ...asked, coupons: campaign.coupons })).kind).toBe('granted')
    }
    const serials: string[] = []
    for (let round = 0; round < 3; round += 1) {
      for (let member = 0; member < 12; member += 1) await owe()
      const { certificates, mchid } = ofWorld()
      if (certificates.length > 2) certificates.shift()
      const { privateKey, certificate, serialNo } = makeCertificate(shop.sandbox.control.state, { mchid })
      serials.push(serialNo)
      await Promise.all([
        openDeliveryLoop(shop.services).drain(),
        openDeliveryLoop(other).drain(),
        replaceKeysFor(shop.services, person, shop.merchant, given([privateKey, certificate])),
      ])
      clock.advance(1_000)
    }
    for (const services of [shop.services, other]) await openDeliveryLoop(services).drain()
    expect(await coupons()).toEqual(Array.from({ length: 36 }, () => ({ state: 'sent', attempts: 1 })))
    expect(await shop.services.db.selectFrom('halts').selectAll().execute()).toEqual([])
    const now = await shop.services.catalog.merchant('demo')
    expect(now?.accounts[0]!.keys?.serialNo).toBe(serials.at(-1))
  })

  test('a probe of WeChat, which signs wrongly on purpose, is asked again', async () => {
    const own = ofWorld().certificates.at(-1)!
    const endpoint = keyMode === 'certificate' ? 'certificates' : 'stock_list'
    shop.sandbox.control.setFault({ fault: 'signtest', endpoint, times: 1 })
    const person = await owner.person()
    const proven = await replaceKeysFor(shop.services, person, shop.merchant, given([own.privateKey, own.certificate]))
    expect(proven).toEqual({ mchid: ofWorld().mchid, by: keyMode === 'certificate' ? 'certificates' : 'public_key' })
  })
})

test('only who may manage keys here, with a fresh code, replaces them; a merchant is made only by who has a role everywhere', async () => {
  const clock = movableClock()
  await using shop = await openShop({ redis: false, clock })
  const services = Object.assign(shop.services, { clock })
  const here = ofMerchant(shop.merchant.id)
  const [owner, viewer, head] = [
    await aStaff(services, 'owner@example.com', here),
    await aStaff(services, 'viewer@example.com', { ...here, role: 'viewer' }),
    await aStaff(services, 'head@example.com'),
  ]
  const nothing = { files: [], mchid: '', role: undefined, api_v3_key: '', public_key_id: '', confirmed: false }
  const wordOf = (deed: Promise<unknown>) =>
    deed.then(
      () => 'done',
      (error: unknown) => (error instanceof Declined ? error.word : (error as Error).name),
    )
  const merchant = { name: '新店', slug: 'new', appid: 'wx0123456789abcdef', app_secret: 'x'.repeat(32), provider: '' }
  expect([
    await wordOf(replaceKeysFor(services, await viewer.person(), shop.merchant, nothing)),
    await wordOf(replaceKeysFor(services, await owner.person(), shop.merchant, nothing)),
    await wordOf(createMerchantFor(services, await owner.person(), merchant)),
    await wordOf(createMerchantFor(services, await head.person(), merchant)),
    await wordOf(createMerchantFor(services, await head.person(), merchant)),
  ]).toEqual(['not_allowed', 'WrongFields', 'not_allowed', 'done', 'slug_taken'])
  clock.advance(10 * 60_000)
  expect([
    await wordOf(replaceKeysFor(services, await owner.person(), shop.merchant, nothing)),
    await wordOf(createMerchantFor(services, await head.person(), { ...merchant, slug: 'newer' })),
  ]).toEqual(['code_needed', 'code_needed'])
})

test('what is wrong with keys never quotes them', async () => {
  await using shop = await openShop({ redis: false })
  const secret = 'S3cret'.repeat(5)
  const form = { mchid: '1601400973', role: undefined, public_key_id: secret, confirmed: false }
  const pem = `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----\n${secret}\n-----END CERTIFICATE-----`
  const files = [{ name: `${secret}.pem`, bytes: Buffer.from(pem) }]
  const reading = () =>
    readCandidate({ ...form, files, api_v3_key: secret }, shop.merchant, {
      certificateOf: () => undefined,
      now: shop.services.clock.now(),
    })
  expect(reading).toThrow(WrongFields)
  try {
    reading()
  } catch (error) {
    expect(JSON.stringify([error, (error as WrongFields).fields, (error as Error).stack])).not.toContain(secret)
  }
})
