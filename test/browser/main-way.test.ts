import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDemo } from '../../sandbox/demo.ts'
import { accessibilityFaults, openBrowser, openPhonePage, overflow } from '../support/browser.ts'
import { createTestDatabase } from '../support/database.ts'
import { freePort } from '../support/listen.ts'
import { testConfig } from '../support/config.ts'
import { frontOf } from '../support/proxies.ts'
import { quickFolder } from '../support/quick-folder.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { inject } from 'vitest'

let demo: Awaited<ReturnType<typeof startDemo>>
let database: Awaited<ReturnType<typeof createTestDatabase>>
let front: Awaited<ReturnType<typeof frontOf>>
let browser: Browser
let dataDir: string
let sandboxUrl: string

beforeAll(async () => {
  dataDir = mkdtempSync(join(quickFolder(), 'paycoupon-browser-'))
  database = await createTestDatabase(inject('templateDatabase'))
  const port = await freePort()
  front = await frontOf(`http://127.0.0.1:${port}`)
  const publicUrl = front.url
  const config = {
    ...testConfig(),
    port,
    publicUrl,
    dataDir,
    databaseUrl: database.url,
    sandbox: { on: true, port: 0 },
  }
  demo = await startDemo(config)
  sandboxUrl = demo.running.services.config.wechat.openUrl
  browser = await openBrowser()
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await demo?.running.stop()
  await front?.stop()
  await database?.drop()
  rmSync(dataDir, { recursive: true, force: true })
})

/** The sandbox's phone in an ordinary browser, as one of its members. */
async function phoneOf(member: string, options: { script?: boolean } = {}): Promise<Page> {
  const page = await openPhonePage(browser, { ...options, agent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0' })
  await page.context().addCookies([{ name: 'sandbox_member', value: member, url: sandboxUrl }])
  await page.goto(`${sandboxUrl}/`)
  return page
}

async function shows(page: Page, words: string): Promise<void> {
  await page
    .getByText(words)
    .first()
    .waitFor()
    .catch(async (error: Error) => {
      error.message += `\n${page.url()} shows instead:\n${await page.locator('body').innerText()}`
      throw error
    })
}

it('shows at the root address where to begin', async () => {
  const page = await openPhonePage(browser, { agent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0' })
  await page.goto(`${demo.running.services.config.publicUrl}/`)
  expect(await accessibilityFaults(page)).toEqual([])
  expect(await overflow(page)).toBeLessThanOrEqual(0)
  await page.getByRole('link', { name: '沙箱手机' }).click()
  await page.waitForURL(`${sandboxUrl}/`)
  await page.context().close()
})

describe.each([
  ['with script', true],
  ['without script', false],
])('a member in the Official Account, %s:', (_, script) => {
  const member = (act: string) => `member-${act}-${script}`

  it('taps the claim link once, logs in unseen, and the coupon is there', async () => {
    const page = await phoneOf(member('claim'), { script })
    await page.locator('a.article').click()
    await page.getByRole('button', { name: '立即领取' }).click()
    await page.waitForURL('**/grants/*')
    await shows(page, '已到账')
    expect(await page.getByText('满30元可用').count()).toBeGreaterThan(0)

    await page.getByRole('link', { name: '返回活动页' }).click()
    await shows(page, '已领过 1/1')
    await page.getByRole('link', { name: '查看我的券' }).click()
    await shows(page, '可用')
    await page.context().close()
  })

  it('opens a card, and the coupon comes by itself', async () => {
    const page = await phoneOf(member('card'), { script })
    await page.getByText('会员卡', { exact: true }).click()
    await page.getByRole('button', { name: '开卡有礼' }).click()
    await shows(page, '已到账')
    await page.context().close()
  })

  it('pays 60 yuan, and the coupon comes by itself', async () => {
    const page = await phoneOf(member('pay-60'), { script })
    await page.getByText('付款', { exact: true }).click()
    await page.getByRole('button', { name: '付款 60 元' }).click()
    await shows(page, '已到账')
    await page.context().close()
  })

  it('pays 20 yuan, and reads what is missing', async () => {
    const page = await phoneOf(member('pay-20'), { script })
    await page.getByText('付款', { exact: true }).click()
    await page.getByRole('button', { name: '付款 20 元' }).click()
    await shows(page, '还差 30 元')
    await page.context().close()
  })
})
