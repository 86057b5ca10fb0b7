import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { openMemberPage, openScriptShop, pagesAreSigned } from '../support/script-pages.ts'
import type { SandboxShop } from '../support/shop.ts'

let shop: SandboxShop
let browser: Browser
let campaign: string

beforeAll(async () => {
  shop = await openScriptShop()
  campaign = `/m/demo/c/${(await shop.campaign()).slug}`
  await pagesAreSigned(shop, campaign)
  browser = await openBrowser()
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await shop[Symbol.asyncDispose]()
})

const aPage = () => openMemberPage(shop, browser, shop.member('member'))
const menu = (page: Page) => page.locator('details', { hasText: '微信菜单' })

it('WeChat’s client finds the signature right, and shows the share card of a campaign', async () => {
  const page = await aPage()
  await page.goto(`${shop.site.url}${campaign}?from=timeline#wechat_redirect`)
  await menu(page).locator('summary').click()
  await page.getByText('发送给朋友：领券有礼').waitFor()
  await page.context().close()
})

it('a member’s own pages cannot be shared', async () => {
  const page = await aPage()
  await page.goto(`${shop.site.url}/m/demo/coupons`)
  await menu(page).locator('summary').click()
  await page.getByText('这一页不能分享').waitFor()
  await page.context().close()
})

it('while the script never comes, the page is shown, complete and without a complaint of its own', async () => {
  const page = await aPage()
  await page.route('**/jweixin-1.6.0.js', () => {})
  const complaints: string[] = []
  page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())))
  const before: string[] = []
  page.on('request', (request) => before.push(request.url()))
  const asked = page.waitForRequest('**/jweixin-1.6.0.js')
  await page.goto(shop.site.url + campaign, { waitUntil: 'load' })
  await page.getByRole('button', { name: '立即领取' }).waitFor()
  await asked
  // The page, its style and its script: what WeChat adds is asked for when the page is there.
  expect(before.slice(0, 3).every((url) => !/wechat|jweixin/.test(url.split('/').at(-1)!))).toBe(true)
  expect(complaints).toEqual([])
  await page.context().close()
})
