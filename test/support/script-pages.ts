import type { Browser, Page } from 'playwright-core'
import { openPhonePage } from './browser.ts'
import { openShop, type SandboxShop } from './shop.ts'
import { sessionCookies } from './site.ts'
import { until } from './waiting.ts'

/** A shop whose pages load WeChat's script, as the sandbox plays it. */
export async function openScriptShop(): Promise<SandboxShop> {
  const shop = await openShop({ wechat: 'sandbox', redis: false })
  const { config } = shop.services
  config.publicUrl = shop.site.url
  config.pageScriptUrl = `${shop.sandbox.url}/open/js/jweixin-1.6.0.js`
  config.sandbox.on = true
  return shop
}

/** Until the ticket with which pages are signed has come. */
export function pagesAreSigned(shop: SandboxShop, path: string): Promise<void> {
  return until(async () => (await shop.phoneOf('x').get(path)).text.includes(`data-wechat="wx`))
}

/** A page of a phone on which this member has logged in. */
export async function openMemberPage(shop: SandboxShop, browser: Browser, openid: string): Promise<Page> {
  const page = await openPhonePage(browser)
  const cookies = sessionCookies(shop.services, shop.merchant, openid)
  await page.context().addCookies(cookies.map(([name, { value }]) => ({ name, value, url: shop.site.url })))
  return page
}
