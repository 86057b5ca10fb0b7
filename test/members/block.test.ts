import { expect, onTestFinished, test } from 'vitest'
import { openInboxLoop } from '../../src/inbox/loop.ts'
import { claim } from '../../src/claims/claim.ts'
import { blockMember, unblockMember } from '../../src/members/blocks.ts'
import { cardOpened, paymentSucceeded, signedHeaders, type TestEvent } from '../support/events.ts'
import type { Phone, Seen } from '../support/phone.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'
import { formOf, startSite } from '../support/site.ts'
import { aPayment, aSpendCampaign } from '../support/spend.ts'
import { until } from '../support/waiting.ts'

const words = '您暂时不能参加本店活动，如有疑问请联系商家'
const why = { reason: '多次转卖优惠券', by: 'test' }

async function aShop(): Promise<SandboxShop> {
  const shop = await openShop({ wechat: 'sandbox' })
  onTestFinished(() => shop[Symbol.asyncDispose]())
  return shop
}

const named = ({ merchant }: SandboxShop, openid: string) => ({ merchantId: merchant.id, openid })
const block = (shop: SandboxShop, openid: string) => blockMember(shop.services, named(shop, openid), why)
const unblock = (shop: SandboxShop, openid: string) =>
  unblockMember(shop.services, named(shop, openid), { reason: undefined, by: 'test' })
const grantsOf = async ({ services }: SandboxShop, openid: string) =>
  (await services.db.selectFrom('grants').select('id').where('openid', '=', openid).execute()).length

function expectKeptOut(seen: Seen): void {
  expect(seen.status).toBe(403)
  expect(seen.text).toContain(words)
  expect(seen.location).toBe('')
}

/** Goes through the login of the sandbox's WeChat, as far as one answer. */
async function logInAt(phone: Phone, path: string): Promise<Seen> {
  const granted = await fetch((await phone.get(path)).location, { redirect: 'manual' })
  return phone.get(granted.headers.get('location') ?? '')
}

test('The next page of a blocked member says so in Chinese, shows no coupon, and has ended the session', async () => {
  const shop = await aShop()
  const campaign = await shop.campaign()
  const openid = shop.member('blocked')
  const claimed = await claim(shop.services, { merchant: shop.merchant, campaign, openid, claimKey: 'first' })
  const pages = [
    `/m/demo/c/${campaign.slug}`,
    '/m/demo/coupons',
    `/m/demo/grants/${claimed.grantId}`,
    '/m/demo/paid?out_trade_no=1',
    '/m/demo/card-opened?card_id=pX&encrypt_code=x',
  ]
  await block(shop, openid)
  for (const page of pages) {
    const phone = shop.phoneOf(openid)
    expectKeptOut(await phone.get(page))
    expect(phone.cookies.has('pc_member_demo')).toBe(false)
  }
  const program = await shop.phoneOf(openid).get('/m/demo/coupons', { accept: 'application/json' })
  expect([program.status, JSON.parse(program.text)]).toMatchObject([403, { reason: 'not_eligible', message: words }])
  expect((await shop.phoneOf(shop.member('other')).get('/m/demo/coupons')).status).toBe(200)
})

test('A blocked member who logs in again gets no session and no second login', async () => {
  const shop = await aShop()
  const phone = shop.site.phone()
  const returned = await logInAt(phone, '/m/demo/coupons')
  expect(returned.location).toBe('/m/demo/coupons')
  const { openid } = await shop.services.db.selectFrom('members').select('openid').executeTakeFirstOrThrow()
  await block(shop, openid)
  expectKeptOut(await phone.get('/m/demo/coupons'))
  expectKeptOut(await logInAt(phone, '/m/demo/coupons'))
  expect(phone.cookies.has('pc_member_demo')).toBe(false)
  await unblock(shop, openid)
  expect((await logInAt(phone, '/m/demo/coupons')).location).toBe('/m/demo/coupons')
  expect((await phone.get('/m/demo/coupons')).status).toBe(200)
})

test('A form that was open before the block claims nothing, and neither does the claim behind it', async () => {
  const shop = await aShop()
  const campaign = await shop.campaign()
  const openid = shop.member('taps')
  const phone = shop.phoneOf(openid)
  const form = formOf((await phone.get(`/m/demo/c/${campaign.slug}`)).text)
  await block(shop, openid)
  expectKeptOut(await phone.post(`/m/demo/c/${campaign.slug}/claims`, form))
  const { services, merchant } = shop
  const tap = () => claim(services, { merchant, campaign, openid, claimKey: 'again' })
  expect(await tap()).toMatchObject({ status: 'refused', reason: 'not_eligible' })
  expect(await grantsOf(shop, openid)).toBe(0)
  await unblock(shop, openid)
  expect(await tap()).toMatchObject({ status: 'sent' })
})

test('A block at one process holds at another within a second', async () => {
  const shop = await aShop()
  const other = await shop.anotherProcess('other')
  onTestFinished(() => other[Symbol.asyncDispose]())
  const site = await startSite(other)
  onTestFinished(() => site[Symbol.asyncDispose]())
  const openid = shop.member('far')
  const status = async () => (await site.phoneOf(shop.merchant, openid).get('/m/demo/coupons')).status
  expect(await status()).toBe(200)
  await block(shop, openid)
  await until(async () => (await status()) === 403)
  await unblock(shop, openid)
  await until(async () => (await status()) === 200)
})

test('Cards and payments of a blocked member end in the inbox without a coupon, and new ones count after it', async () => {
  const shop = await aShop()
  const { services, site, merchant, stock } = shop
  const cards = await shop.campaign({ kind: 'card_open' })
  await aSpendCampaign(services, stock)
  const openid = shop.member('earns')
  const tell = async (event: TestEvent) => {
    const body = JSON.stringify(event)
    const headers = signedHeaders(merchant, body, services.clock.now())
    expect((await fetch(`${site.url}/api/demo/events`, { method: 'POST', body, headers })).status).toBe(202)
    await openInboxLoop(services).drain()
  }
  const pays = () => tell(paymentSucceeded(aPayment(services, { openid, mchid: merchant.accounts[0]!.mchid })))
  await block(shop, openid)
  await tell(cardOpened({ openid }))
  await pays()
  expect(await grantsOf(shop, openid)).toBe(0)
  const entries = await services.db.selectFrom('inbox').select(['applied_at', 'attempts']).execute()
  expect(entries).toEqual(Array(2).fill({ applied_at: expect.any(Date) as Date, attempts: 1 }))

  await unblock(shop, openid)
  expect(await grantsOf(shop, openid)).toBe(0)
  await pays()
  expect(await grantsOf(shop, openid)).toBe(1)
  // What was earned meanwhile was not taken away: the member can ask for it.
  expect(await claim(services, { merchant, campaign: cards, openid, claimKey: 'asks' })).toMatchObject({
    status: 'sent',
  })
})

test('A block twice is one block with its first reason; a member is blocked at one merchant only', async () => {
  const shop = await aShop()
  const openid = 'oNeverHere'
  expect(await block(shop, openid)).toMatchObject({ changed: true, block: { reason: why.reason } })
  const again = await blockMember(shop.services, named(shop, openid), { reason: 'another', by: 'somebody' })
  expect(again).toMatchObject({ changed: false, block: { reason: why.reason, blocked_by: 'test' } })
  expect(await unblock(shop, openid)).toMatchObject({ reason: why.reason })
  expect(await unblock(shop, openid)).toBeUndefined()
  expect(await block(shop, openid)).toMatchObject({ changed: true })
  const kept = await shop.services.db
    .selectFrom('member_blocks')
    .select(['openid', 'lifted_by'])
    .orderBy('id')
    .execute()
  expect(kept).toEqual([
    { openid, lifted_by: 'test' },
    { openid, lifted_by: null },
  ])
})
