import { load } from 'cheerio'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ofMerchant } from '../../../src/operators/rights/scope.ts'
import type { Services } from '../../../src/services.ts'
import { type MovableClock, movableClock } from '../../support/clock.ts'
import { type ConsoleBrowser, consoleBrowser } from '../../support/console.ts'
import { openShop, type SandboxShop } from '../../support/shop.ts'

const clock = movableClock()
const guide = '/console/m/demo/guide'
let shop: SandboxShop
let services: Services & { clock: MovableClock }
let owner: ConsoleBrowser
let viewer: ConsoleBrowser

beforeAll(async () => {
  shop = await openShop({ wechat: 'sandbox', redis: false, clock })
  services = Object.assign(shop.services, { clock })
  const here = ofMerchant(shop.merchant.id)
  owner = await consoleBrowser(services, shop.site, 'owner@example.com', { ...here, role: 'owner' })
  viewer = await consoleBrowser(services, shop.site, 'viewer@example.com', { ...here, role: 'viewer' })
})
afterAll(() => shop[Symbol.asyncDispose]())

/** The page's steps: what stands in each, by number. */
async function stepsOf({ phone }: ConsoleBrowser): Promise<Record<string, string>> {
  const page = load((await phone.get(guide)).text)
  const steps = page('li.step').toArray()
  return Object.fromEntries(
    steps.map((one) => [
      page(one).attr('id')!.slice(5),
      page(one)
        .text()
        .replace(/\s+/g, ' ')
        .replace(/相差 \d+ 秒/, '相差若干秒'),
    ]),
  )
}
const aMinuteLater = () => clock.advance(61_000)

test('one step is examined by itself, and what was found of the others stays', async () => {
  aMinuteLater()
  await owner.submit(guide, `${guide}/examination`)
  const before = await stepsOf(owner)
  aMinuteLater()
  const { appids } = shop.world.accounts[0]!
  shop.world.accounts[0]!.appids = []
  const sent = await owner.submit(guide, `${guide}/examination`, { step: '3' })
  shop.world.accounts[0]!.appids = appids
  expect(sent.location).toBe(`${guide}?done=examined#step-3`)
  const after = await stepsOf(owner)
  expect(after[3]).toContain('APPID_MCHID_NOT_MATCH')
  expect({ ...after, 3: '' }).toEqual({ ...before, 3: '' })
  expect((await owner.phone.get(guide)).text).toContain('只检测了第 3 步')
  for (const step of [2, 6, 7, 8, 9, 10]) {
    clock.advance(11_000)
    const one = await owner.submit(guide, `${guide}/examination`, { step: String(step) })
    expect([step, one.location]).toEqual([step, `${guide}?done=examined#step-${step}`])
  }
  expect({ ...(await stepsOf(owner)), 3: '' }).toEqual({ ...before, 3: '' })
  expect((await owner.submit(guide, `${guide}/examination`, { step: '10' })).status).toBe(429)
  clock.advance(11_000)
  expect((await owner.submit(guide, `${guide}/examination`, { step: '4' })).status).toBe(422)
  expect((await owner.submit(guide, `${guide}/examination`, { step: '13' })).status).toBe(404)
})

test('no step names a command, and the next one is a press away', async () => {
  const page = load((await owner.phone.get(guide)).text)
  expect(page('main').text()).not.toMatch(/merchant apply|商户文件|stock import|campaign apply|doctor/)
  const links = page('li.step a.button').toArray()
  expect(links.map((one) => page(one).attr('href'))).toEqual(
    expect.arrayContaining([
      '/console/m/demo/settings/keys',
      '/console/m/demo/settings/official-account',
      '/console/m/demo/stocks/new',
      '/console/m/demo/stocks/import',
      '/console/m/demo/campaigns',
    ]),
  )
  expect(page('main .alert a.button:contains("下一步")').attr('href')).toMatch(/^(\/console\/|#step-)/)
})

test('a shared link is listed with its end, and can be ended', async () => {
  const sent = await owner.submit(guide, `${guide}/share`, { half: 'provider' })
  const link = load((await owner.phone.get(sent.location)).text)('#share').text()
  const { pathname } = new URL(link)
  expect((await viewer.phone.get(guide)).text).toContain('有效的分享链接')
  const ended = await owner.submit(guide, `${guide}/share`, { half: 'provider', do: 'end' })
  expect(ended.location).toBe(`${guide}?done=unshared`)
  expect((await shop.site.browser().get(pathname)).status).toBe(404)
  expect((await owner.submit(guide, `${guide}/share`, { half: 'provider', do: 'end' })).status).toBe(404)
})
