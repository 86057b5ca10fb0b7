import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { movableClock } from '../support/clock.ts'
import { type ConsoleBrowser, consoleBrowser } from '../support/console.ts'
import { openConsolePage } from '../support/console-page.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

let shop: SandboxShop
let browser: Browser
let owner: ConsoleBrowser

beforeAll(async () => {
  const clock = movableClock()
  shop = await openShop({ wechat: 'sandbox', redis: false, clock })
  owner = await consoleBrowser(Object.assign(shop.services, { clock }), shop.site, 'owner@example.com')
  browser = await openBrowser()
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await shop[Symbol.asyncDispose]()
})

/** More than any page has to step through. */
const stepsAtMost = 150

/** Steps with Tab until the link, button or box of these words has the focus, which can be seen. */
async function tabTo(page: Page, words: string): Promise<void> {
  for (let step = 0; step < stepsAtMost; step += 1) {
    await page.keyboard.press('Tab')
    const [name, isSeen] = await page.evaluate<[string, boolean]>(`(() => {
      const one = document.activeElement
      const { outlineStyle, boxShadow } = getComputedStyle(one)
      return [(one.labels?.[0] ?? one).textContent.trim(), outlineStyle !== 'none' || boxShadow !== 'none']
    })()`)
    if (!name.startsWith(words)) continue
    expect([words, isSeen]).toEqual([words, true])
    return
  }
  throw new Error(`${words} is not reached with Tab at ${page.url()}`)
}

test('a campaign is made and published with the keyboard alone', { timeout: 120_000 }, async () => {
  const { page, complaints } = await openConsolePage(browser, shop.site.url, { person: owner })
  await page.goto(`${shop.site.url}/console/m/demo/guide`)
  await page.keyboard.press('g')
  await page.keyboard.press('h')
  await page.waitForURL('**/m/demo/campaigns')
  await tabTo(page, '领券链接')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/campaigns/new?*')
  await page.keyboard.type('1000')
  await tabTo(page, '检查')
  await page.keyboard.press('Enter')
  await page.getByText('检查结果').waitFor()
  await tabTo(page, '发布活动')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/publish')
  if (await page.getByRole('checkbox').count()) {
    await tabTo(page, '我已知道')
    await page.keyboard.press('Space')
  }
  await tabTo(page, '确认发布')
  await page.keyboard.press('Enter')
  await page.getByText('活动已发布').waitFor()
  const states = await shop.services.db.selectFrom('campaigns').select('state').execute()
  expect(states).toEqual([{ state: 'published' }])
  expect(complaints).toEqual([])
  await page.context().close()
})
