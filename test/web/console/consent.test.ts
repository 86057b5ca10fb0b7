import { load } from 'cheerio'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ofMerchant, ofProvider } from '../../../src/operators/rights/scope.ts'
import { aMerchant, aStock } from '../../support/builders.ts'
import { movableClock } from '../../support/clock.ts'
import { type ConsoleBrowser, consoleBrowser } from '../../support/console.ts'
import { servicesOfFile } from '../../support/services.ts'
import { startSite } from '../../support/site.ts'

const clock = movableClock()
const services = Object.assign(await servicesOfFile({ redis: false, clock }), { clock })
const site = await startSite(services)
afterAll(() => site[Symbol.asyncDispose]())
const shop = await aMerchant(services, { slug: 'shop' })
await aStock(services, shop, { creator_mchid: '1267388801' })
const mchid = '1267388801'
const page = '/console/m/shop/settings/providers'
let owner: ConsoleBrowser
let provider: ConsoleBrowser

beforeAll(async () => {
  owner = await consoleBrowser(services, site, 'owner@example.com', { ...ofMerchant(shop.id), role: 'owner' })
  provider = await consoleBrowser(services, site, 'p@example.com', { ...ofProvider(mchid), role: 'provider' })
})

const send = (what: string, number = mchid) => owner.submit(page, page, { do: what, mchid: number })
const statuses = () =>
  Promise.all(['guide', 'stocks'].map(async (name) => (await provider.phone.get(`/console/m/shop/${name}`)).status))
const seen = async () => {
  const overview = load((await provider.phone.get(`/console/p/${mchid}`)).text)
  return overview('tbody th a')
    .toArray()
    .map((one) => overview(one).attr('href'))
}

test("a provider's people see a merchant as long as its owner lets them", async () => {
  expect(await statuses()).toEqual([200, 200])
  expect(await seen()).toEqual(['/console/m/shop/guide'])
  expect((await send('end')).location).toBe(`${page}?done=ended`)
  expect(await statuses()).toEqual([404, 404])
  expect(await seen()).toEqual([])
  const { status, text } = await provider.phone.get(`/console/p/${mchid}`)
  expect([status, text]).toEqual([200, expect.stringContaining('服务商授权')])
  expect((await owner.phone.get(page)).text).toContain('未同意')
  expect((await send('accept')).location).toBe(`${page}?done=accepted`)
  expect(await statuses()).toEqual([200, 200])
  expect((await owner.phone.get(page)).text).toContain('owner@example.com')
  const kept = await services.db
    .selectFrom('audit_entries')
    .select(['act', 'subject', 'by'])
    .orderBy('id', 'desc')
    .limit(2)
    .execute()
  expect(kept.map(({ act, subject }) => `${act} ${subject}`)).toEqual([
    `provider_accepted 服务商号 ${mchid}`,
    `provider_ended 服务商号 ${mchid}`,
  ])
})

test('what stands already, and a number that the merchant does not name, is not done', async () => {
  const before = await services.db.selectFrom('provider_links').selectAll().execute()
  expect((await send('accept')).status).toBe(409)
  expect((await send('accept', '1999999999')).status).toBe(404)
  expect((await send('end', 'x')).status).toBe(404)
  expect(await services.db.selectFrom('provider_links').selectAll().execute()).toEqual(before)
})

test('an owner whose code is old gives it again first', async () => {
  clock.advance(11 * 60_000)
  const sent = await send('end')
  expect([sent.status, sent.location]).toEqual([303, expect.stringContaining('/console/confirm')])
  expect(await statuses()).toEqual([200, 200])
})
