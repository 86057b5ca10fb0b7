import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ofMerchant } from '../../src/operators/rights/scope.ts'
import { aCampaign } from '../support/builders.ts'
import { openBrowser } from '../support/browser.ts'
import { movableClock } from '../support/clock.ts'
import { type ConsoleBrowser, consoleBrowser } from '../support/console.ts'
import { expectGoodLooks, openConsolePage } from '../support/console-page.ts'
import { aGrant } from '../support/grants.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

const list = '/console/m/demo/grants'
let shop: SandboxShop
let browser: Browser
let owner: ConsoleBrowser
let head: ConsoleBrowser
const grants: string[] = []

beforeAll(async () => {
  const clock = movableClock()
  shop = await openShop({ wechat: 'sandbox', redis: false, clock })
  const services = Object.assign(shop.services, { clock })
  const here = ofMerchant(shop.merchant.id)
  owner = await consoleBrowser(services, shop.site, 'owner@example.com', { ...here, role: 'owner' })
  head = await consoleBrowser(services, shop.site, 'head@example.com')
  const campaign = await aCampaign(services, shop.stock)
  const title = '<b>开业大酬宾</b> 满 30 减 10 长名字的活动'
  await services.db.updateTable('campaigns').set({ title }).where('id', '=', campaign.id).execute()
  const openid = shop.member('ming')
  const owned: Parameters<typeof aGrant>[3]['coupons'][] = [
    ['sent'],
    [['reserved', 'look_up_refused']],
    ['sent', ['refused', 'user_month_cap']],
    [['refused', 'sold_out']],
  ]
  for (const coupons of owned) {
    clock.advance(1_000)
    grants.push(await aGrant(services, campaign, shop.stock, { openid, coupons }))
  }
  await services.db.updateTable('coupons').set({ account_id: shop.merchant.accounts[0]!.id }).execute()
  await services.db.updateTable('coupons').set({ settled_at: clock.now() }).where('state', '<>', 'reserved').execute()
  browser = await openBrowser()
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await shop[Symbol.asyncDispose]()
})

const open = (person: ConsoleBrowser, width: number) => openConsolePage(browser, shop.site.url, { person, width })

describe.each([1280, 390])('at %i px', { timeout: 120_000 }, (width) => {
  it('the pages about grants, the guide and the overview fit, and axe finds nothing', async () => {
    const { page, complaints } = await open(owner, width)
    const boss = await open(head, width)
    const paths = [list, `${list}?state=refused`, ...grants.map((id) => `${list}/${id}`)]
    paths.push('/console/m/demo/guide', '/console/m/demo/settings/providers', '/console')
    for (const path of paths) {
      await page.goto(shop.site.url + path)
      await expectGoodLooks(page)
    }
    for (const path of ['/console/merchants', '/console/staff']) {
      await boss.page.goto(shop.site.url + path)
      await expectGoodLooks(boss.page)
    }
    expect([...complaints, ...boss.complaints]).toEqual([])
  })
})
