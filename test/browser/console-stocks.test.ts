import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ofMerchant } from '../../src/operators/rights/scope.ts'
import { aCampaign, aStock } from '../support/builders.ts'
import { openBrowser } from '../support/browser.ts'
import { movableClock } from '../support/clock.ts'
import { type ConsoleBrowser, consoleBrowser } from '../support/console.ts'
import { expectGoodLooks, openConsolePage } from '../support/console-page.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

const list = '/console/m/demo/stocks'
let shop: SandboxShop
let browser: Browser
let owner: ConsoleBrowser
let hidden: string

beforeAll(async () => {
  const clock = movableClock()
  shop = await openShop({ wechat: 'sandbox', redis: false, clock })
  const services = Object.assign(shop.services, { clock })
  owner = await consoleBrowser(services, shop.site, 'owner@example.com', {
    ...ofMerchant(shop.merchant.id),
    role: 'owner',
  })
  await aCampaign(services, shop.stock)
  await aStock(services, shop.merchant, {
    stock_id: '12345678901234567890',
    name: '<b>很长的名字</b>ABCDEFGHIJKLMNOPQRSTUVWXYZ🎁 满100减20 全场通用',
    on_shelf: false,
    status: 'paused',
    creator_mchid: '1900009999',
  })
  const { senders, stock_creator_mchid } = shop.world.stocks[0]!
  hidden = shop.sandbox.control.addStock({
    stock_id: '9200001',
    senders,
    stock_creator_mchid,
    goods_tag: ['MUTEX_STORE'],
    hides_goods_tag: true,
  }).stock_id
  shop.sandbox.control.addStock({ stock_id: '9200002', senders, stock_creator_mchid, goods_tag: ['OTHER'] })
  shop.sandbox.control.addStock({
    stock_id: '9200003',
    senders,
    stock_creator_mchid,
    goods_tag: ['MUTEX_STORE', 'NO_MUTEX_STORE'],
  })
  browser = await openBrowser()
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await shop[Symbol.asyncDispose]()
})

/** A desk's browser in which the owner is signed in. */
const open = (width: number, script = true) => openConsolePage(browser, shop.site.url, { person: owner, width, script })

describe.each([1280, 390])('at %i px', { timeout: 120_000 }, (width) => {
  it('every page about stocks fits, and axe finds nothing', async () => {
    const { page, complaints } = await open(width)
    const one = `${list}/${shop.stock.stock_id}`
    const pages = [
      list,
      `${list}?shelf=off&name=x`,
      one,
      `${one}/shelf`,
      `${one}/claim`,
      `${list}/12345678901234567890`,
    ]
    const imports = ['', '?stock=9200001', '?stock=9200002', '?stock=9200003'].map((query) => `${list}/import${query}`)
    for (const path of [...pages, ...imports]) {
      await page.goto(shop.site.url + path)
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
  it('a stock is imported with one number and two presses, and found by its name', async () => {
    const { page } = await open(1280, script)
    await page.goto(`${shop.site.url}${list}/import`)
    await page.getByLabel('批次号').fill('9200003')
    await page.getByRole('button', { name: '读取' }).click()
    await page.getByRole('button', { name: '导入', exact: true }).click()
    await page.getByText('已导入').waitFor()
    await page.goto(`${shop.site.url}${list}`)
    await page.getByLabel('上架状态').selectOption('off')
    await page.getByRole('button', { name: '查询' }).click()
    // With script only the list is loaded again.
    await expect.poll(() => page.getByRole('rowheader').allInnerTexts()).toEqual(['12345678901234567890'])
    await page.getByRole('link', { name: '清空' }).click()
    await expect.poll(() => page.getByRole('rowheader').count()).toBeGreaterThan(1)
    await page.context().close()
  })

  it('a stock is paused after a question, and goes on', async () => {
    const { page } = await open(390, script)
    await page.goto(`${shop.site.url}${list}/${shop.stock.stock_id}`)
    await page.getByRole('link', { name: '暂停发放' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '暂停发放' }).click()
    await page.getByText('已暂停发放').waitFor()
    await page.getByRole('link', { name: '恢复发放' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '恢复发放' }).click()
    await page.getByText('已恢复发放').waitFor()
    await page.context().close()
  })

  it('hidden tags are asked for at the field', async () => {
    const { page } = await open(1280, script)
    await page.goto(`${shop.site.url}${list}/import?stock=${hidden}`)
    await page.getByRole('button', { name: '导入', exact: true }).click()
    expect(await page.title()).toMatch(/^错误：/)
    await page.getByRole('link', { name: '请选择这个批次的订单优惠标记' }).click()
    expect(await page.locator(':focus').getAttribute('id')).toBe('f-tags')
    await page.context().close()
  })
})
