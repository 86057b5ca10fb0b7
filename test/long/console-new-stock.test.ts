import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aStock } from '../support/builders.ts'
import { openBrowser } from '../support/browser.ts'
import { movableClock } from '../support/clock.ts'
import { type ConsoleBrowser, consoleBrowser } from '../support/console.ts'
import { expectGoodLooks, openConsolePage } from '../support/console-page.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

const list = '/console/m/demo/stocks'
let shop: SandboxShop
let browser: Browser
let owner: ConsoleBrowser

beforeAll(async () => {
  const clock = movableClock()
  shop = await openShop({ wechat: 'sandbox', redis: false, clock })
  Object.assign(shop.services.config.sandbox, { pagesUrl: shop.sandbox.url })
  const services = Object.assign(shop.services, { clock })
  owner = await consoleBrowser(services, shop.site, 'owner@example.com')
  for (let n = 0; n < 45; n += 1) await aStock(services, shop.merchant, { stock_id: `88${1000 + n}`, name: '很多' })
  browser = await openBrowser()
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await shop[Symbol.asyncDispose]()
})

/** A desk's browser in which the owner is signed in, and every address that it asks for. */
async function open(width = 1280, script = true) {
  const opened = await openConsolePage(browser, shop.site.url, { person: owner, width, script })
  const asked: { url: string; isPage: boolean }[] = []
  opened.page.on('request', (request) => void asked.push({ url: request.url(), isPage: request.isNavigationRequest() }))
  return { ...opened, asked }
}

describe.each([1280, 390])('at %i px', { timeout: 120_000 }, (width) => {
  it('every page about a new stock fits, and axe finds nothing', async () => {
    const { page, complaints } = await open(width)
    const sheet = `${list}/new?name=2%E5%85%83&amount=2&threshold=5&total=1000&per_member=5&notes=x&kind=cash&combine=yes&jump=DEFAULT_PAGE&tags=MUTEX_STORE&creator=1267388801&senders=1900000109&merchants=1900000109&begin=2026-12-01T10:00&end=2026-12-30T23:59&step=sheet`
    const pages = [
      `${list}/new`,
      `${list}/new?name=&amount=x&step=sheet`,
      sheet,
      list,
      `${list}/${shop.stock.stock_id}`,
      '/console/account',
      '/console/p/1267388801/stocks',
      '/console/p/1267388801/stocks/new',
    ]
    for (const path of pages) {
      await page.goto(shop.site.url + path)
      await expectGoodLooks(page)
    }
    expect(complaints.filter((one) => !one.includes('422'))).toEqual([])
    await page.context().close()
  })
})

describe.each([
  ['with script', true],
  ['without script', false],
])('%s', { timeout: 60_000 }, (_, script) => {
  it('a stock goes from the form to the sandbox and runs, with five presses and nothing typed', async () => {
    const { page } = await open(1280, script)
    await page.goto(`${shop.site.url}${list}`)
    await page.getByRole('link', { name: '创建pay券' }).click()
    await page.getByRole('button', { name: '生成填写单' }).click()
    await page.getByRole('heading', { name: '填写单：2元代金券' }).waitFor()
    await page.getByRole('link', { name: '到沙箱填写' }).click()
    const before = shop.world.stocks.length
    await page.getByRole('button', { name: '创建（未激活）' }).click()
    await page
      .getByRole('button', { name: /^激活批次/ })
      .first()
      .click()
    await expect.poll(() => shop.world.stocks.length).toBe(before + 1)
    const made = shop.world.stocks.at(-1)!
    await expect.poll(() => made.status).toBe('running')
    expect(made).toMatchObject({
      stock_name: '2元代金券',
      coupon_amount: 200,
      transaction_minimum: 500,
      max_coupons: 1000,
    })
    expect(made.senders).toContain(shop.world.merchants[0]!.mchids[0])
    expect(made.goods_tag).toEqual(['MUTEX_STORE', 'MUTEX_ONLINE'])
    await page.context().close()
  })

  it('the preview follows what is filled in', async () => {
    const { page, complaints } = await open(1280, script)
    await page.goto(`${shop.site.url}${list}/new`)
    await page.getByLabel('面额').fill('12.5')
    await page.getByLabel('使用门槛').fill('30')
    if (!script) await page.getByRole('button', { name: '更新预览' }).click()
    await page.locator('#preview').getByText('¥12.50', { exact: true }).waitFor()
    await page.locator('#preview').getByText('满30元可用').waitFor()
    expect(await page.getByLabel('面额').inputValue()).toBe('12.5')
    expect(complaints).toEqual([])
    await page.context().close()
  })
})

it('a wrong answer is told at its field when one leaves it, nowhere else, and the token is in no address', async () => {
  const { page, asked, complaints } = await open()
  await page.goto(`${shop.site.url}${list}/new`)
  await page.getByLabel('使用门槛').fill('1')
  await page.keyboard.press('Tab')
  const told = page.locator('#f-threshold-error')
  await told.waitFor()
  expect(await told.innerText()).toContain('使用门槛要大于面额')
  expect(await page.locator('.wrong').count()).toBe(1)
  expect(await page.locator(':focus').count()).toBe(1)
  expect(await page.getByLabel('使用门槛').getAttribute('aria-invalid')).toBe('true')
  await page.getByLabel('使用门槛').fill('9')
  await page.keyboard.press('Tab')
  await told.waitFor({ state: 'detached' })
  expect(asked.filter(({ url }) => url.includes('_csrf'))).toEqual([])
  expect(asked.filter(({ isPage }) => isPage)).toHaveLength(1)
  expect(new URL(page.url()).search).toBe('')
  expect(complaints).toEqual([])
  await page.context().close()
})

it('a list is filtered and paged without its page, its address follows, and Back brings each state back', async () => {
  const { page, asked, complaints } = await open()
  await page.goto(`${shop.site.url}${list}`)
  const names = () => page.getByRole('rowheader').allInnerTexts()
  const all = await names()
  await page.getByLabel('名称').fill('很多')
  await page.getByRole('button', { name: '查询' }).click()
  await page.waitForURL(/name=/)
  await page.getByRole('link', { name: '名称：很多' }).waitFor()
  expect(await page.locator(':focus').innerText()).toBe('查询')
  await page.getByRole('link', { name: '下一页' }).click()
  await page.waitForURL(/before=/)
  await page.getByRole('link', { name: '881024', exact: true }).waitFor()
  expect(await names()).toHaveLength(20)
  expect(asked.filter(({ isPage }) => isPage)).toHaveLength(1)
  await page.goBack()
  await page.getByRole('link', { name: '881044', exact: true }).waitFor()
  expect(new URL(page.url()).searchParams.get('name')).toBe('很多')
  expect(await page.getByLabel('名称').inputValue()).toBe('很多')
  await page.goBack()
  await expect.poll(() => new URL(page.url()).search).toBe('')
  await expect.poll(names).toEqual(all)
  expect(complaints).toEqual([])
  await page.context().close()
})

it('whose session has ended is led to the sign-in, and not shown an empty list', async () => {
  const { page } = await open()
  await page.goto(`${shop.site.url}${list}`)
  await page.context().clearCookies()
  await page.getByRole('button', { name: '查询' }).click()
  await page.waitForURL(/\/console\/sign-in/)
  expect(new URL(page.url()).searchParams.get('to')).toContain(list)
  await page.context().close()
})

it('keys lead through the rows and to pages, not out of a field, and can be switched off', async () => {
  const { page } = await open()
  await page.goto(`${shop.site.url}${list}`)
  const focused = () => page.evaluate<string>('document.activeElement.textContent.trim()')
  const rows = await page.getByRole('rowheader').allInnerTexts()
  for (const key of ['j', 'j', 'k']) await page.keyboard.press(key)
  expect(await focused()).toBe(rows[0])
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: '键盘快捷键' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByLabel('名称').focus()
  await page.keyboard.type('go')
  expect(await page.getByLabel('名称').inputValue()).toBe('go')
  await page.getByRole('button', { name: '查询' }).focus()
  await page.keyboard.press('g')
  await page.keyboard.press('o')
  await page.waitForURL(/\/console\/merchants$/)
  await page.goto(`${shop.site.url}/console/account`)
  await page.getByRole('button', { name: '关闭快捷键' }).click()
  await page.getByText('快捷键已关闭').waitFor()
  await page.goto(`${shop.site.url}${list}`)
  await page.keyboard.press('j')
  expect(await focused()).not.toBe(rows[0])
  await page.context().close()
})

it.each(['', '/new', '/88' + '1000'])('a page is at most 40 kB the first time: stocks%s', async (path) => {
  const { page } = await open()
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  let bytes = 0
  session.on('Network.loadingFinished', ({ encodedDataLength }) => void (bytes += encodedDataLength))
  await page.goto(`${shop.site.url}${list}${path}`, { waitUntil: 'networkidle' })
  expect(bytes).toBeGreaterThan(10_000)
  expect(bytes).toBeLessThanOrEqual(40_960)
  await page.context().close()
})
