import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Services } from '../../src/services.ts'
import { openBrowser } from '../support/browser.ts'
import { expectGoodLooks, openConsolePage } from '../support/console-page.ts'
import { openTestServices } from '../support/services.ts'
import { type Site, startSite } from '../support/site.ts'

let services: Services & AsyncDisposable
let site: Site
let browser: Browser

beforeAll(async () => {
  services = await openTestServices({ redis: false })
  site = await startSite(services)
  browser = await openBrowser()
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await site[Symbol.asyncDispose]()
  await services[Symbol.asyncDispose]()
})

const pages = ['/console/_ui', '/console/_ui?show=errors', '/console/_ui?show=bare', '/console/none']

const open = (width: number, script = true) => openConsolePage(browser, site.url, { width, script })

// 640 is a screen of 1280 whose reader has zoomed to 200 %: a browser asks for the narrow page then.
describe.each([1280, 1000, 640, 390])('at %i px', (width) => {
  it('every part in every state fits, on a phone also with letters twice as large, and axe finds nothing', async () => {
    const { page, complaints } = await open(width)
    for (const path of pages) {
      await page.goto(site.url + path)
      await expectGoodLooks(page)
    }
    expect(complaints.filter((complaint) => !complaint.includes('404'))).toEqual([])
    await page.context().close()
  })
})

describe('a form that comes back', () => {
  it('begins at what is wrong, says so in the title, and leads to each field', async () => {
    const { page } = await open(1280, false)
    await page.goto(`${site.url}/console/_ui?show=errors`)
    expect(await page.title()).toMatch(/^错误：/)
    const summary = page.getByRole('alert', { name: '有 2 处需要修改' })
    expect(await page.locator(':focus').getAttribute('class')).toBe(await summary.getAttribute('class'))
    await summary.getByRole('link', { name: '请选择活动类型' }).click()
    expect(await page.locator(':focus').getAttribute('id')).toBe('f-kind')
    const named = page.getByLabel('商户名称')
    const told = (await named.getAttribute('aria-describedby'))!.split(' ')
    const words = await Promise.all(told.map((id) => page.locator(`[id="${id}"]`).innerText()))
    expect(words).toEqual(['会员在领券页底部看到的名字', expect.stringContaining('请填写商户名称')])
    await page.context().close()
  })
})

describe.each([
  ['with script', true],
  ['without script', false],
])('%s', (_, script) => {
  it('a dialog opens and closes', async () => {
    const { page } = await open(1280, script)
    await page.goto(`${site.url}/console/_ui`)
    const dialog = page.getByRole('dialog', { name: '结束活动“领券链接”？' })
    expect(await dialog.isVisible()).toBe(false)
    await page.locator('#previews').getByRole('link', { name: '结束活动' }).click()
    await dialog.waitFor()
    await dialog.getByRole('link', { name: '继续活动' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await page.context().close()
  })

  it('the menu of a narrow screen opens and closes', async () => {
    const { page } = await open(390, script)
    await page.goto(`${site.url}/console/_ui`)
    const menu = page.getByRole('navigation', { name: '菜单' })
    expect(await menu.isVisible()).toBe(false)
    await page.getByRole('link', { name: '菜单', exact: true }).click()
    await menu.waitFor()
    await menu.getByRole('link', { name: '关闭菜单' }).click()
    await menu.waitFor({ state: 'hidden' })
    await page.context().close()
  })
})

describe('the keyboard', () => {
  it('begins with the way past the menu, and / leads into the search but not out of a field', async () => {
    const { page } = await open(1280)
    await page.goto(`${site.url}/console/_ui`)
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').innerText()).toBe('跳到正文')
    await page.keyboard.press('Enter')
    expect(await page.locator(':focus').getAttribute('id')).toBe('main')
    await page.keyboard.press('/')
    expect(await page.locator(':focus').getAttribute('name')).toBe('q')
    const member = page.getByLabel('会员', { exact: true })
    await member.focus()
    await page.keyboard.press('/')
    expect(await member.inputValue()).toBe('/')
    await page.context().close()
  })
})

describe('a list', () => {
  it('is chosen whole by one box, and a row that is left out takes its check away', async () => {
    const { page } = await open(1280)
    await page.goto(`${site.url}/console/_ui`)
    const all = page.getByRole('checkbox', { name: '选择本页全部' })
    const rows = page.locator('input[name="grant"]')
    await all.check()
    expect(await rows.evaluateAll((boxes) => boxes.map((box) => (box as { checked?: boolean }).checked))).toEqual([
      true,
      true,
      true,
    ])
    await rows.first().uncheck()
    expect(await all.isChecked()).toBe(false)
    await page.context().close()
  })

  it('has no box for all where no script would answer it, and no button that would copy', async () => {
    const { page } = await open(1280, false)
    await page.goto(`${site.url}/console/_ui`)
    expect(await page.getByRole('checkbox', { name: '选择本页全部' }).count()).toBe(0)
    expect(await page.getByRole('button', { name: '复制' }).count()).toBe(0)
    await page.context().close()
  })

  it('keeps its head in sight', async () => {
    const { page } = await open(1280)
    await page.goto(`${site.url}/console/_ui`)
    const head = page.locator('#lists thead th').first()
    const top = `[...document.querySelectorAll('input[name="grant"]')].at(-1).scrollIntoView({ block: 'start' })`
    await page.evaluate(top)
    expect((await head.boundingBox())!.y).toBeGreaterThanOrEqual(0)
    await page.context().close()
  })
})

it('a number and a text are copied whole, and the button says so', async () => {
  const { page } = await open(1280)
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto(`${site.url}/console/_ui`)
  const copied = () => page.evaluate<string>('navigator.clipboard.readText()')
  await page.getByRole('button', { name: '复制 交易单号' }).click()
  await page.getByRole('button', { name: '已复制' }).waitFor()
  expect(await copied()).toBe('4200002345202611241234567890')
  await page.getByRole('button', { name: '复制 申请邮件正文' }).click()
  await page.getByRole('button', { name: '已复制' }).last().waitFor()
  expect(await copied()).toMatch(/^您好：\n\n商户号 1900000109 申请/)
  await page.context().close()
})
