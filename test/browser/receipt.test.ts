import type { Browser, Frame, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { accessibilityFaults, openBrowser, openPhonePage, overflow } from '../support/browser.ts'
import { aPayment, aSpendCampaign } from '../support/spend.ts'
import { recordPayment } from '../../src/payments/intake.ts'
import { openShop, type Shop } from '../support/shop.ts'
import { until } from '../support/waiting.ts'

const payApp = 'https://payapp.weixin.qq.com'
let shop: Shop
let browser: Browser

beforeAll(async () => {
  shop = await openShop({ redis: false })
  browser = await openBrowser()
  await aSpendCampaign(shop.services, shop.stock)
  // The first look of a process on a busy machine may take longer than WeChat waits, and is left to WeChat's own page.
  const path = await aReceipt()
  await until(async () => (await (await fetch(shop.site.url + path)).text()).includes('<button'))
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await shop[Symbol.asyncDispose]()
})

const mchid = () => shop.merchant.accounts[0]!.mchid

/** The address of the receipt of a payment that earned a coupon. */
async function aReceipt(): Promise<string> {
  const payment = aPayment(shop.services, { mchid: mchid() })
  await recordPayment(shop.services, shop.merchant, payment)
  return `/m/${shop.merchant.slug}/receipt?sub_mch_id=${mchid()}&out_trade_no=${payment.outTradeNo}`
}

/** WeChat's page after a payment, or another's, with the receipt in its frame. */
async function framed(path: string, options: { origin?: string } = {}) {
  const { origin = payApp } = options
  const page = await openPhonePage(browser)
  await page.route(`${origin}/**`, (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<script>addEventListener('message', (e) => (window.told ??= []).push([e.origin, e.data]))</script>
        <iframe src="${shop.site.url}${path}" width="375" height="600"></iframe>`,
    }),
  )
  await page.route('https://wx.gtimg.com/**', (route) => route.abort())
  await page.goto(`${origin}/after`, { waitUntil: 'load' })
  return page
}

const told = (page: Page) => page.evaluate<[string, string][]>('window.told ?? []')
const messages = async (page: Page) => (await told(page)).map(([, data]) => JSON.parse(data) as Record<string, unknown>)
async function frameOf(page: Page): Promise<Frame> {
  await page.waitForFunction('(window.told ?? []).length > 0')
  return page.frames()[1]!
}

it('the receipt says at once that it is there, and a real tap asks WeChat to leave for the page after paying', async () => {
  const page = await framed(await aReceipt())
  const frame = await frameOf(page)
  expect(await told(page)).toEqual([[shop.site.url, expect.any(String)]])
  expect(await messages(page)).toEqual([{ action: 'onIframeReady', displayStyle: 'SHOW_CUSTOM_PAGE', height: 600 }])
  await frame.evaluate(`document.querySelector('button').click()`)
  await frame.getByRole('button').click()
  await page.waitForFunction('window.told.length > 1')
  const [, jump] = await messages(page)
  expect(jump).toEqual({ action: 'jumpOut', jumpOutUrl: expect.stringMatching(/\/paid\?token=/) })
  // The simulated click before it was not heard.
  expect((await messages(page)).length).toBe(2)
  await page.context().close()
})

it('it says so before the style and the picture of the page have come', async () => {
  const page = await openPhonePage(browser)
  const path = await aReceipt()
  await page.route(`${payApp}/**`, (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<script>addEventListener('message', (e) => (window.told ??= []).push([e.origin, e.data]))</script>
        <iframe src="${shop.site.url}${path}"></iframe>`,
    }),
  )
  // Never answered.
  await page.route('**/*.css', () => {})
  await page.route('https://wx.gtimg.com/**', () => {})
  await page.goto(`${payApp}/after`, { waitUntil: 'commit' })
  await page.waitForFunction('(window.told ?? []).length > 0')
  await page.context().close()
})

it('no other site can hold it, and nobody else is told anything', async () => {
  const page = await framed(await aReceipt(), { origin: 'https://payapp.weixin.qq.com.evil.example' })
  await page.waitForLoadState('networkidle')
  expect(await told(page)).toEqual([])
  expect(await page.frames()[1]?.evaluate(`document.body?.innerText ?? ''`)).not.toContain('优惠券')
  await page.context().close()
})

it('WeChat cannot hold another page of ours', async () => {
  const page = await framed(`/m/${shop.merchant.slug}/coupons`)
  await page.waitForLoadState('networkidle')
  expect(page.frames()[1]?.url()).toMatch(/^chrome-error:/)
  await page.context().close()
})

it('an order that comes by a message of WeChat is shown; one of another origin is not', async () => {
  const [shown] = [await aReceipt()]
  const page = await framed(`/m/${shop.merchant.slug}/receipt`)
  await frameOf(page)
  expect(await messages(page)).toEqual([{ action: 'onIframeReady', displayStyle: 'SHOW_OFFICIAL_PAGE' }])
  const order = Object.fromEntries(new URLSearchParams(shown.split('?')[1]))
  const frame = page.frames()[1]!
  // The frame's own window is another origin than WeChat's.
  await frame.evaluate(`window.postMessage(${JSON.stringify(order)}, '*')`)
  await page.evaluate(`frames[0].postMessage('not json', '*')`)
  expect((await messages(page)).length).toBe(1)
  await page.evaluate(`frames[0].postMessage(${JSON.stringify(JSON.stringify({ ...order, evil: 'x' }))}, '*')`)
  await page.waitForFunction('window.told.length > 1')
  expect((await messages(page)).at(-1)).toMatchObject({ displayStyle: 'SHOW_CUSTOM_PAGE' })
  expect(page.frames()[1]!.url()).not.toContain('evil')
  await page.context().close()
})

it('it fits the frame, its sizes hang on no root size, and axe finds nothing', async () => {
  const page = await openPhonePage(browser, { width: 320 })
  await page.route('https://wx.gtimg.com/**', (route) => route.abort())
  await page.goto(shop.site.url + (await aReceipt()))
  expect(await accessibilityFaults(page)).toEqual([])
  const height = await page.evaluate<number>('document.body.scrollHeight')
  expect(await overflow(page)).toBeLessThanOrEqual(0)
  expect(await page.evaluate<number>('document.body.scrollHeight')).toBe(height)
  await page.context().close()
})
