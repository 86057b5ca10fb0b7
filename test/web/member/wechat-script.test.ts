import { createHash } from 'node:crypto'
import { load } from 'cheerio'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openShop, type SandboxShop } from '../../support/shop.ts'
import { aMerchant } from '../../support/builders.ts'
import { until } from '../../support/waiting.ts'

const sdk = 'https://res.wx.qq.com/open/js/jweixin-1.6.0.js'
const publicUrl = 'http://localhost:3000'
let shop: SandboxShop
let campaign: string
let nowMs = Date.now()

beforeAll(async () => {
  shop = await openShop({
    wechat: 'sandbox',
    redis: false,
    config: { pageScriptUrl: sdk, publicUrl },
    clock: { now: () => new Date(nowMs) },
  })
  campaign = `/m/demo/c/${(await shop.campaign()).slug}`
})
beforeEach(() => {
  nowMs += 3 * 3_600_000
  shop.sandbox.control.clearFaults()
})
afterAll(() => shop[Symbol.asyncDispose]())

const asked = () => shop.sandbox.control.countCalls('js_ticket')
const member = () => shop.phoneOf(shop.member('member'))
async function scriptOf(path: string, phone = member()) {
  const { text } = await phone.get(path)
  return load(text)('script').first().data() as Record<string, unknown>
}
/** The page as it is once WeChat's ticket has come. */
async function signedPage(path: string) {
  let data: Record<string, unknown> = {}
  await until(async () => {
    data = await scriptOf(path)
    return Boolean(data.wechat)
  })
  return data
}

test('a page is signed as its browser shows its address, and the ticket is fetched once for a crowd', async () => {
  const before = asked()
  await Promise.all(Array.from({ length: 30 }, () => scriptOf(campaign)))
  const path = `${campaign}?from=singlemessage&x=%E4%B8%AD`
  const { wechat } = await signedPage(path)
  expect(asked()).toBe(before + 1)
  const { officialAccount } = shop.merchant
  const [appid, timestamp, nonce, signature] = String(wechat).split('.')
  const { ticket } = shop.sandbox.control.state.jsTickets.get(officialAccount.appid)!
  const text = `jsapi_ticket=${ticket}&noncestr=${nonce}&timestamp=${timestamp}&url=${publicUrl}${path}`
  expect([appid, signature]).toEqual([officialAccount.appid, createHash('sha1').update(text).digest('hex')])
  expect(Math.abs(Number(timestamp) * 1_000 - nowMs)).toBeLessThan(1_000)
})

test('a campaign page has a share card; a member’s own pages have none', async () => {
  const { share } = await signedPage(campaign)
  expect(share).toEqual({
    title: '领券有礼',
    desc: expect.stringContaining('优购小店'),
    link: publicUrl + campaign,
    imgUrl: expect.stringMatching(/^http:\/\/localhost:3000\/assets\/share\.\w+\.png$/),
  })
  for (const path of ['/m/demo/coupons', '/m/demo/paid', '/m/demo/card-opened'])
    expect(Object.keys(await signedPage(path)).toSorted()).toEqual(['add', 'sdk', 'wechat'])
})

test('the policy of a page names no host of WeChat, and stays what it was', async () => {
  await signedPage(campaign)
  for (const path of [campaign, '/m/demo/coupons']) {
    const policy = (await member().get(path)).headers.get('content-security-policy')
    expect(policy).toMatch(/script-src 'nonce-[\w-]+';/)
    expect(policy).not.toMatch(/qq\.com|unsafe|\*/)
  }
})

test.each([
  'reset_before',
  'reset_after_commit',
  'api_unauthorized',
  'ip_refused',
  'quota',
  'null_body',
  'not_json',
  'html_502',
] as const)(
  'while WeChat gives no ticket (%s), pages come as before, and it is not asked again for a while',
  async (fault) => {
    shop.sandbox.control.setFault({ fault, endpoint: 'js_ticket' })
    const before = asked()
    expect((await scriptOf('/m/demo/grants/none')).wechat).toBeFalsy()
    await scriptOf(campaign)
    await until(() => asked() > before)
    for (let n = 0; n < 20; n += 1) expect((await member().get(campaign)).status).toBe(200)
    expect(asked()).toBe(before + 1)
    shop.sandbox.control.clearFaults()
    nowMs += 11 * 60_000
    expect((await signedPage(campaign)).wechat).toBeTruthy()
  },
)

test('an old ticket is used until its end while a new one cannot be had', async () => {
  await signedPage(campaign)
  shop.sandbox.control.setFault({ fault: 'quota', endpoint: 'js_ticket' })
  nowMs += 7_200_000 - 200_000
  const before = asked()
  expect((await scriptOf(campaign)).wechat).toBeTruthy()
  await until(() => asked() > before)
  expect((await scriptOf(campaign)).wechat).toBeTruthy()
  nowMs += 200_000
  expect((await scriptOf(campaign)).wechat).toBeFalsy()
})

test('a token that is over is fetched anew, once', async () => {
  shop.sandbox.control.endTokens('expired')
  expect((await signedPage(campaign)).wechat).toBeTruthy()
})

test('outside WeChat, without a JS domain, or where it is switched off, no page loads it', async () => {
  await signedPage(campaign)
  expect((await scriptOf(campaign, shop.site.browser())).wechat).toBeFalsy()
  const { services } = shop
  await services.db
    .updateTable('merchants')
    .set({ page_script: false, updated_at: new Date(nowMs) })
    .execute()
  services.catalog.forget()
  const before = asked()
  expect((await scriptOf(campaign)).wechat).toBeFalsy()
  expect((await scriptOf('/m/demo/coupons')).wechat).toBeFalsy()
  expect(asked()).toBe(before)
  await using off = await openShop({ wechat: 'sandbox', redis: false })
  const text = (await off.phoneOf(off.member('x')).get('/m/demo/coupons')).text
  expect(text).not.toContain('data-wechat=')
})

test('merchants with one Official Account share a ticket', async () => {
  const { services } = shop
  await services.db
    .updateTable('merchants')
    .set({ page_script: true, updated_at: new Date(nowMs + 1) })
    .execute()
  const other = await aMerchant(services)
  await services.db
    .updateTable('merchants')
    .set({ appid: shop.merchant.officialAccount.appid, updated_at: new Date(nowMs + 2) })
    .where('id', '=', other.id)
    .execute()
  services.catalog.forget()
  await signedPage(campaign)
  const before = asked()
  const merchant = (await services.catalog.merchant(other.slug))!
  const phone = shop.site.phoneOf(merchant, 'somebody')
  expect((await scriptOf(`/m/${other.slug}/coupons`, phone)).wechat).toBeTruthy()
  expect(asked()).toBe(before)
})
