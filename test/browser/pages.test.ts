import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Merchant } from '../../src/merchants/merchant.ts'
import type { Services } from '../../src/services.ts'
import { accessibilityFaults, openBrowser, openPhonePage, overflow, phoneWidths } from '../support/browser.ts'
import { aCampaign, aMerchant, aStock } from '../support/builders.ts'
import { aGrant } from '../support/grants.ts'
import { openTestServices } from '../support/services.ts'
import { sessionCookies, type Site, startSite } from '../support/site.ts'

let services: Services & AsyncDisposable
let site: Site
let browser: Browser
let merchant: Merchant
const pages: Record<string, string> = {}

beforeAll(async () => {
  services = await openTestServices({ redis: false })
  site = await startSite(services)
  browser = await openBrowser()
  merchant = await aMerchant(services)
  const stock = await aStock(services, merchant, {
    name: '一个名字特别特别特别长的全场通用优惠券 ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  })
  const campaign = await aCampaign(services, stock, { limits: { per_member: 9, total: 1000, per_day: 200 } })
  const ended = await aCampaign(services, stock, { state: 'ended' })
  const root = `/m/${merchant.slug}`
  const grant = async (coupons: Parameters<typeof aGrant>[3]['coupons']) =>
    `${root}/grants/${await aGrant(services, campaign, stock, { openid: 'openid-1', coupons })}`
  Object.assign(pages, {
    campaign: `${root}/c/${campaign.slug}`,
    'campaign with a notice': `${root}/c/${campaign.slug}?reason=try_later`,
    'ended campaign': `${root}/c/${ended.slug}`,
    sent: await grant(['sent']),
    pending: await grant(['reserved']),
    partial: await grant(['sent', ['refused', 'sold_out']]),
    refused: await grant([['refused', 'wechat_refused']]),
    coupons: `${root}/coupons`,
    root: '/',
    'not found': '/nowhere',
    'card that was not found': `${root}/card-opened`,
    'order that was not found': `${root}/paid`,
  })
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await site[Symbol.asyncDispose]()
  await services[Symbol.asyncDispose]()
})

/** A member's phone; `agent` makes it an ordinary browser that nobody knows. */
async function open(width: number, agent?: string): Promise<Page> {
  const page = await openPhonePage(browser, { width, agent })
  const cookies = sessionCookies(services, merchant, 'openid-1').map(([name, { value }]) => ({ name, value }))
  if (!agent) await page.context().addCookies(cookies.map((cookie) => ({ ...cookie, url: site.url })))
  return page
}

describe.each(phoneWidths)('at %i px', (width) => {
  it('no page is wider than the phone, also with letters twice as large, and axe finds nothing', async () => {
    const page = await open(width)
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(site.url + path)
      expect(await accessibilityFaults(page), name).toEqual([])
      expect(await overflow(page), name).toBeLessThanOrEqual(0)
    }
    await page.context().close()
  })

  it('neither are the pages outside WeChat', async () => {
    const page = await open(width, 'Mozilla/5.0 Safari/605.1.15')
    for (const name of ['campaign', 'coupons']) {
      await page.goto(site.url + pages[name])
      expect(await page.getByText('请在微信中打开').count(), name).toBeGreaterThan(0)
      expect(await accessibilityFaults(page), name).toEqual([])
      expect(await overflow(page), name).toBeLessThanOrEqual(0)
    }
    await page.context().close()
  })
})

it('a page is at most 30 kB and three requests, and nothing breaks its own rules', async () => {
  const page = await open(390)
  const sizes: Promise<number>[] = []
  const complaints: string[] = []
  page.on('requestfinished', (request) => void sizes.push(request.sizes().then((size) => size.responseBodySize)))
  page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())))
  await page.goto(site.url + pages.campaign, { waitUntil: 'networkidle' })
  const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
  expect(sizes.length).toBeLessThanOrEqual(3)
  expect(bytes).toBeLessThanOrEqual(30_000)
  expect(complaints).toEqual([])
  await page.context().close()
})

it('a page that waits loads itself again, whatever WeChat hung to the end of its address', async () => {
  const page = await open(390)
  await page.goto(`${site.url}${pages.pending}#wechat_redirect`)
  await page.waitForRequest(`${site.url}${pages.pending}`)
  await page.context().close()
})

it('a tap shows at once that it was heard, and a second one is not sent', async () => {
  const page = await open(390)
  await page.goto(site.url + pages.campaign)
  let posts = 0
  await page.route('**/claims', (route) => {
    posts += 1
    return route.abort()
  })
  const failed = page.waitForEvent('requestfailed')
  const twoTaps = `for (const tap of [1, 2]) document.querySelector('form button').click()
    document.querySelector('form button').textContent`
  expect(await page.evaluate(twoTaps)).toBe('领取中…')
  await failed
  expect(posts).toBe(1)
  await page.context().close()
})
