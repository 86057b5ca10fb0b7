import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { startDemo } from '../../sandbox/demo.ts'
import { worldFromJson } from '../../sandbox/world.ts'
import { applyCampaign } from '../../src/campaigns/apply.ts'
import { applyMerchant } from '../../src/merchants/apply.ts'
import { importStock } from '../../src/stocks/import.ts'
import { accessibilityFaults, openBrowser, openPhonePage, overflow, phoneWidths } from '../support/browser.ts'
import { testConfig } from '../support/config.ts'
import { createTestDatabase } from '../support/database.ts'
import { freePort } from '../support/listen.ts'
import { quickFolder } from '../support/quick-folder.ts'

const dayMs = 86_400_000
let demo: Awaited<ReturnType<typeof startDemo>>
let database: Awaited<ReturnType<typeof createTestDatabase>>
let browser: Browser
let dataDir: string
let sandboxUrl: string

beforeAll(async () => {
  dataDir = mkdtempSync(join(quickFolder(), 'paycoupon-twelve-steps-'))
  database = await createTestDatabase(inject('templateDatabase'))
  const port = await freePort()
  const publicUrl = `http://127.0.0.1:${port}`
  const sandbox = { on: true, port: 0 }
  demo = await startDemo({ ...testConfig(), port, publicUrl, dataDir, databaseUrl: database.url, sandbox })
  sandboxUrl = demo.running.services.config.wechat.openUrl
  browser = await openBrowser()
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await demo?.running.stop()
  await database?.drop()
  rmSync(dataDir, { recursive: true, force: true })
})

const desktop = { width: 1280, agent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0' }

/** Presses a button of a step, and waits for the page that comes. */
async function press(page: Page, step: number, name: string | RegExp): Promise<void> {
  await page
    .locator(`#step-${step}`)
    .getByRole('button', typeof name === 'string' ? { name, exact: true } : { name })
    .first()
    .click()
  await page.waitForURL(new RegExp(`merchant=.*#step-${step}$`))
}

it.each(['平台证书', '微信支付公钥'])(
  'a merchant that has nothing yet reaches its first coupon in twelve steps, with %s',
  async (keyMode) => {
    const { services } = demo.running
    const page = await openPhonePage(browser, desktop)
    await page.goto(`${sandboxUrl}/sandbox/platform`)
    await page.getByText('再开一个新商户').click()
    await page.getByRole('button', { name: '开户' }).click()
    await page.waitForURL('**/sandbox/platform?merchant=shop-*')
    const slug = new URL(page.url()).searchParams.get('merchant')!

    await press(page, 1, '开通预充值代金券')
    await press(page, 2, '关联 AppID')
    await press(page, 3, '商户：发起关联')
    await press(page, 3, '公众号：授权')
    await press(page, 4, '服务商：发出邮件')
    await press(page, 4, '微信：批准')
    await press(page, 6, /^申请证书/)
    await page.locator('#step-7 input[name=key]').first().fill(randomBytes(16).toString('hex'))
    await press(page, 7, '设置')
    await page.locator('#step-7 select').first().selectOption({ label: keyMode })
    await press(page, 7, '切换')
    await page.locator('#step-8 input[name=domains]').fill('127.0.0.1')
    await press(page, 8, '保存')
    await press(page, 9, '创建（未激活）')
    await press(page, 10, '充值')
    await press(page, 10, /^激活批次/)

    // Steps 8, 11 and 12 are paycoupon's own: what the operator's commands do.
    const file = await page.request.get(
      sandboxUrl + (await page.locator('a[href$="merchant.json"]').getAttribute('href')),
    )
    await applyMerchant(services, await file.json())
    const merchant = (await services.catalog.merchant(slug))!
    const [, stockId = ''] = /stock import \S+ (\d+)/.exec(await page.locator('#step-11').innerText())!
    await importStock(services, merchant, { stockId })
    await applyCampaign(services, merchant, {
      slug: 'welcome',
      kind: 'link',
      channel: 'store',
      stackable: true,
      state: 'published',
      title: '新客专享券',
      rules: '先到先得。',
      coupons: [{ stock_id: stockId, count: 1 }],
      limits: { per_member: 1 },
      starts_at: new Date(Date.now() - dayMs).toISOString(),
      ends_at: new Date(Date.now() + 20 * dayMs).toISOString(),
    })

    await page.getByRole('link', { name: /^打开.*的手机$/ }).click()
    await page.locator('a.article').click()
    await page.getByRole('button', { name: '立即领取' }).click()
    await page.waitForURL(`**/m/${slug}/grants/*`)
    await page.getByText('已到账').first().waitFor()

    await page.goto(`${sandboxUrl}/sandbox/platform?merchant=${slug}`)
    expect(await page.locator('.step > header .badge:not(.done)').allInnerTexts()).toEqual(['未邀请'])
    expect(await page.locator('.counts').first().innerText()).toBe('已发 1 · 已用 0 · 总数 100')
    // The next start knows the merchant and its stock.
    const kept = worldFromJson(readFileSync(join(dataDir, 'sandbox-world.json'), 'utf8'))
    expect(kept.merchants.map((each) => each.slug)).toContain(slug)
    expect(kept.stocks.at(-1)).toMatchObject({ stock_id: stockId, status: 'running' })
    await page.context().close()
  },
  60_000,
)

it.each([...phoneWidths, 1280])('at %i px the platform page fits, and axe finds nothing', async (width) => {
  const page = await openPhonePage(browser, { ...desktop, width })
  for (const slug of ['demo', 'shop-2']) {
    await page.goto(`${sandboxUrl}/sandbox/platform?merchant=${slug}`)
    expect(await accessibilityFaults(page), slug).toEqual([])
    expect(await overflow(page), slug).toBeLessThanOrEqual(0)
  }
  await page.context().close()
})
