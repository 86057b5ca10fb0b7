import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keepExamination } from '../../src/doctor/examinations.ts'
import { ofMerchant } from '../../src/operators/rights/scope.ts'
import { aCampaign, aStock } from '../support/builders.ts'
import { openBrowser } from '../support/browser.ts'
import { movableClock } from '../support/clock.ts'
import { type ConsoleBrowser, consoleBrowser } from '../support/console.ts'
import { expectGoodLooks, openConsolePage } from '../support/console-page.ts'
import { openShop, type Shop } from '../support/shop.ts'

let shop: Shop
let list: string
let browser: Browser
let owner: ConsoleBrowser
let odd: string

beforeAll(async () => {
  const clock = movableClock()
  shop = await openShop({ redis: false, clock })
  list = `/console/m/${shop.merchant.slug}/campaigns`
  const services = Object.assign(shop.services, { clock })
  // Somebody who has set everything up is asked nothing.
  services.config.sandbox.on = true
  await keepExamination(services, shop.merchant, { by: 'test', findings: [] })
  const here = { ...ofMerchant(shop.merchant.id), role: 'owner' as const }
  owner = await consoleBrowser(services, shop.site, 'owner@example.com', here)
  browser = await openBrowser()
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await shop[Symbol.asyncDispose]()
})

/** A desk's browser in which the owner is signed in. */
const open = (width: number, script = true) => openConsolePage(browser, shop.site.url, { person: owner, width, script })

describe.each([
  ['with script', true, 1280],
  ['without script', false, 390],
])('%s', { timeout: 60_000 }, (_, script, width) => {
  it('a template becomes a published campaign with one input and three presses, and then three', async () => {
    await shop.services.db.deleteFrom('campaigns').execute()
    const { page, complaints } = await open(width, script)
    await page.goto(`${shop.site.url}/console/m/${shop.merchant.slug}/guide`)
    let presses = 0
    const press = async (role: 'link' | 'button', name: string) => {
      presses += 1
      // The menu stands before the page's own links.
      await page
        .getByRole(role, { name, exact: role === 'button' })
        .first()
        .click()
    }
    if (width < 960) await page.getByRole('link', { name: '菜单', exact: true }).click()
    await press('link', '活动管理')
    await press('link', '领券链接')
    expect(await page.locator(':focus').getAttribute('name')).toBe('total')
    await page.keyboard.type('1000')
    await press('button', '检查')
    expect(presses).toBe(3)
    await page.getByText('全场最多 1,000 张（10,000 元）').waitFor()
    await press('button', '发布活动')
    await page.getByText('最多 1,000 张 × 10 元 = 10,000 元').waitFor()
    await press('button', '确认发布')
    await page.getByText('活动已发布').waitFor()
    expect(presses).toBeLessThanOrEqual(6)
    expect(await page.getByRole('img', { name: /二维码/ }).isVisible()).toBe(true)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('a wrong form leads to its field, and an end is asked for twice', async () => {
    const { page } = await open(width, script)
    await page.goto(`${shop.site.url}${list}/new?template=link`)
    await page.getByRole('button', { name: '保存草稿' }).click()
    expect(await page.title()).toMatch(/^错误：/)
    await page.getByRole('link', { name: '请填写总量，或勾选“不限总量”' }).click()
    expect(await page.locator(':focus').getAttribute('id')).toBe('f-total')
    const { slug } = await aCampaign(shop.services, shop.stock)
    await page.goto(`${shop.site.url}${list}/${slug}`)
    await page.getByRole('link', { name: '结束活动' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '结束活动' }).click()
    await page.getByText('活动已结束').waitFor()
    await page.context().close()
  })
})

describe.each([1280, 390])('at %i px', { timeout: 120_000 }, (width) => {
  it('every page about campaigns fits, and axe finds nothing', async () => {
    const { services, merchant } = shop
    const long = await aStock(services, merchant, { name: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ<b>0123456789</b>🎁ابت' })
    const campaign = await aCampaign(services, long, { limits: { per_member: 1, total: 1_000_000 } })
    odd = campaign.slug
    const title = '<i>ABCDEFGHIJKLMNOPQRSTUVWXYZ01</i>🎁ابت'
    await services.db.updateTable('campaigns').set({ title }).where('id', '=', campaign.id).execute()
    const draft = await aCampaign(services, long, { state: 'draft' })
    const { page, complaints } = await open(width)
    const of = (path: string) => `${list}/${odd}${path}`
    const pages = [list, `${list}?state=full&name=x`, `${list}/new`, `${list}/new?template=link`]
    const forms = [`${list}/new?template=card_open`, `${list}/new?template=spend_count`, of('/edit'), of('/copy')]
    for (const path of [...pages, ...forms, of(''), `${list}/${draft.slug}/publish`, '/console/proposals']) {
      await page.goto(shop.site.url + path)
      await expectGoodLooks(page)
    }
    await page.goto(shop.site.url + of('/edit'))
    await page.getByLabel('每天限量').fill('5')
    await page.getByRole('button', { name: '查看修改' }).click()
    await page.getByText('每天限量 5').waitFor()
    await expectGoodLooks(page)
    expect(complaints).toEqual([])
    await page.context().close()
  })
})
