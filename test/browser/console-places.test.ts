import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Services } from '../../src/services.ts'
import { openBrowser, openPhonePage } from '../support/browser.ts'
import { aMerchant } from '../support/builders.ts'
import { type MovableClock, movableClock } from '../support/clock.ts'
import { type ConsoleBrowser, consoleBrowser } from '../support/console.ts'
import { expectGoodLooks, openConsolePage } from '../support/console-page.ts'
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

/** A desk's browser in which the owner is signed in. */
const open = (width: number, script = true) => openConsolePage(browser, shop.site.url, { person: owner, width, script })

describe.each([1280, 390])('at %i px', (width) => {
  test('the overview, the guide and the application fit, and axe finds nothing', { timeout: 90_000 }, async () => {
    const { page, complaints } = await open(width)
    services.clock.advance(61_000)
    await page.goto(shop.site.url + guide)
    await expectGoodLooks(page)
    await page.goto(shop.site.url + guide)
    await page.getByRole('button', { name: '全部检测' }).click()
    await page.getByText('检测完成').waitFor()
    await expectGoodLooks(page)
    const chosen = `/console/p/${provider}/application?merchant=demo`
    for (const path of ['/console/merchants', `/console/p/${provider}`, chosen]) {
      await page.goto(shop.site.url + path)
      await expectGoodLooks(page)
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
  await expectGoodLooks(other)
  await Promise.all([page, other].map((one) => one.context().close()))
})
