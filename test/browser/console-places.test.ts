import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Services } from '../../src/services.ts'
import { accessibilityFaults, openBrowser, openPhonePage, overflow } from '../support/browser.ts'
import { aMerchant } from '../support/builders.ts'
import { type MovableClock, movableClock } from '../support/clock.ts'
import { type ConsoleBrowser, consoleBrowser } from '../support/console.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

const guide = '/console/m/demo/guide'
let shop: SandboxShop
let services: Services & { clock: MovableClock }
let owner: ConsoleBrowser
let browser: Browser
let provider: string

beforeAll(async () => {
  const clock = movableClock()
  shop = await openShop({ wechat: 'sandbox', redis: false, clock })
  services = Object.assign(shop.services, { clock })
  await aMerchant(services)
  owner = await consoleBrowser(services, shop.site, 'lin@example.com')
  provider = shop.merchant.accounts.find(({ role }) => role === 'provider')!.mchid
  browser = await openBrowser()
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await shop?.[Symbol.asyncDispose]()
})

/** The owner's browser at a desk or on a phone, and what it complains of. */
async function open(width: number, script = true): Promise<{ page: Page; complaints: string[] }> {
  const page = await openPhonePage(browser, { width, script, agent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0' })
  const { value } = owner.phone.cookies.get('pc_console')!
  await page.context().addCookies([{ name: 'pc_console', value, domain: '127.0.0.1', path: '/console' }])
  const complaints: string[] = []
  page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())))
  page.on('pageerror', (error) => void complaints.push(error.message))
  return { page, complaints }
}

async function looks(page: Page, width: number): Promise<void> {
  expect(await accessibilityFaults(page), page.url()).toEqual([])
  const wider = () => page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth')
  expect(await (width > 640 ? wider() : overflow(page)), page.url()).toBeLessThanOrEqual(0)
}

describe.each([1280, 390])('at %i px', (width) => {
  test('the overview, the guide and the application fit, and axe finds nothing', { timeout: 90_000 }, async () => {
    const { page, complaints } = await open(width)
    services.clock.advance(61_000)
    await page.goto(shop.site.url + guide)
    await looks(page, width)
    await page.goto(shop.site.url + guide)
    await page.getByRole('button', { name: '全部检测' }).click()
    await page.getByText('已检测全部步骤').waitFor()
    await looks(page, width)
    const chosen = `/console/p/${provider}/application?merchant=demo`
    for (const path of ['/console/merchants', `/console/p/${provider}`, chosen]) {
      await page.goto(shop.site.url + path)
      await looks(page, width)
    }
    expect(complaints).toEqual([])
    await page.context().close()
  })
})

test('without script a step is said by hand, and a half is shared with somebody who has not signed in', async () => {
  const { page } = await open(1280, false)
  await page.goto(shop.site.url + guide)
  await page.getByText('填写“申请跨商户号发券”的进度').click()
  const step = page.locator('#step-4')
  await step.getByLabel('哪一天').fill('2026-11-02')
  await step.getByRole('button', { name: '已申请' }).click()
  expect(await step.innerText()).toContain('已申请，等待结果（2026-11-02')
  await page.getByRole('button', { name: '生成给服务商的分享链接' }).click()
  const link = await page.locator('#share').innerText()
  const other = await openPhonePage(browser, { width: 390 })
  await other.goto(shop.site.url + new URL(link).pathname)
  expect(await other.getByRole('listitem').count()).toBe(6)
  await looks(other, 390)
  await Promise.all([page, other].map((one) => one.context().close()))
})
