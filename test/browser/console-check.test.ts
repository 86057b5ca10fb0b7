import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ofMerchant } from '../../src/operators/rights/scope.ts'
import { aCampaign, aStock } from '../support/builders.ts'
import { openBrowser } from '../support/browser.ts'
import { movableClock } from '../support/clock.ts'
import { type ConsoleBrowser, consoleBrowser } from '../support/console.ts'
import { expectGoodLooks, openConsolePage } from '../support/console-page.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'
import { aSpendCampaign } from '../support/spend.ts'

const home = '/console/m/demo/campaigns'
let shop: SandboxShop
let browser: Browser
let owner: ConsoleBrowser

beforeAll(async () => {
  const clock = movableClock()
  shop = await openShop({ wechat: 'sandbox', redis: false, clock })
  const services = Object.assign(shop.services, { clock })
  const here = { ...ofMerchant(shop.merchant.id), role: 'owner' as const }
  owner = await consoleBrowser(services, shop.site, 'owner@example.com', here)
  await aCampaign(services, shop.stock, { slug: 'welcome', state: 'draft', limits: { per_member: 1, total: 100 } })
  await aSpendCampaign(services, shop.stock, {}, { slug: 'spend' })
  const bad = await aStock(services, shop.merchant, {
    name: '<b>很长的名字</b>ABCDEFGHIJKLMNOPQRSTUVWXYZ🎁 满100减20 全场通用',
    status: 'paused',
    max_coupons: 3,
    distributed_coupons: 3,
    on_shelf: false,
  })
  await aCampaign(services, bad, { slug: 'bad', state: 'draft', limits: { per_member: 90 } })
  browser = await openBrowser()
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await shop[Symbol.asyncDispose]()
})

/** A desk's browser in which the owner is signed in. */
const open = (width: number, script = true) => openConsolePage(browser, shop.site.url, { person: owner, width, script })

describe.each([1280, 390])('at %i px', { timeout: 120_000 }, (width) => {
  it('检查, 试算 and the preview fit, and axe finds nothing', async () => {
    const { page, complaints } = await open(width)
    const checks = ['welcome', 'bad', 'spend'].map((slug) => `${slug}/check`)
    const trials = ['welcome/try', 'welcome/try?member=', 'bad/try?member=', 'spend/try?member=&amount=60']
    const previews = ['', '?state=claimed', '?state=sold_out', '?state=not_started'].map(
      (query) => `welcome/preview${query}`,
    )
    for (const path of [...checks, ...trials, ...previews]) {
      await page.goto(`${shop.site.url}${home}/${path}`)
      await expectGoodLooks(page)
    }
    expect(complaints).toEqual([])
    await page.context().close()
  })
})

describe.each([
  ['with script', true],
  ['without script', false],
])('%s', { timeout: 60_000 }, (_, script) => {
  it('a draft is checked, its page looked at in each state, tried, and leads on to 发布活动', async () => {
    const { page, complaints } = await open(1280, script)
    await page.goto(`${shop.site.url}${home}/welcome/check`)
    await page.getByText('可以发布').first().waitFor()
    const phone = page.frameLocator('iframe[title=会员看到的活动页]')
    await phone.getByText('立即领取', { exact: true }).waitFor()
    await page.getByRole('link', { name: '已领', exact: true }).click()
    await phone.getByText('查看我的券').waitFor()
    await page.getByRole('link', { name: '未开始' }).click()
    await phone.getByText('即将开始').waitFor()
    expect(await page.getByRole('link', { name: '发布活动' }).getAttribute('href')).toBe(`${home}/welcome/publish`)
    await page.getByRole('link', { name: '试算' }).click()
    await page.getByRole('button', { name: '试算' }).click()
    await page.getByText(/会得到 \d+ 元券 × 1/).waitFor()
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('a payment is tried by its amount, and a wrong one is told at the field', async () => {
    const { page } = await open(390, script)
    await page.goto(`${shop.site.url}${home}/spend/try`)
    await page.getByLabel('现在付款').fill('10')
    await page.getByRole('button', { name: '试算' }).click()
    await page.getByText('不会：这笔计 10 元').first().waitFor()
    await page.getByLabel('现在付款').fill('很多')
    await page.getByRole('button', { name: '试算' }).click()
    expect(await page.title()).toMatch(/^错误：/)
    await page.getByRole('link', { name: '请填写金额' }).click()
    expect(await page.locator(':focus').getAttribute('id')).toBe('f-amount')
    await page.context().close()
  })
})
