import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { firstOwnerLink } from '../../src/operators/first-owner.ts'
import type { Services } from '../../src/services.ts'
import { openBrowser } from '../support/browser.ts'
import { type MovableClock, movableClock } from '../support/clock.ts'
import { expectGoodLooks, openConsolePage } from '../support/console-page.ts'
import { codeOf, password } from '../support/operators.ts'
import { openTestServices } from '../support/services.ts'
import { type Site, startSite } from '../support/site.ts'

let clock: MovableClock
let services: Services & AsyncDisposable
let site: Site
let browser: Browser

beforeAll(async () => {
  clock = movableClock()
  services = await openTestServices({ redis: false, clock })
  site = await startSite(services)
  browser = await openBrowser()
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await site[Symbol.asyncDispose]()
  await services[Symbol.asyncDispose]()
})

test('the first owner comes in by the link, invites a colleague and signs out', { timeout: 90_000 }, async () => {
  const { page, complaints } = await openConsolePage(browser, site.url, { width: 390 })
  await page.goto(`${site.url}/console/link/${await firstOwnerLink(services)}`)
  await expectGoodLooks(page)
  await page.getByLabel('邮箱', { exact: true }).fill('lin@example.com')
  await page.getByLabel('密码').fill(password)
  await page.getByRole('button', { name: '设置密码' }).click()
  await expectGoodLooks(page)
  const image = page.getByRole('img', { name: '验证器二维码' })
  expect(await image.evaluate((one) => (one as unknown as { naturalWidth: number }).naturalWidth)).toBe(240)
  await page.getByText('不能扫码').click()
  const seed = (await page.locator('code').innerText()).replaceAll(' ', '')
  await page.getByLabel('验证码').fill(codeOf(seed, clock.now()))
  await page.getByRole('button', { name: '绑定' }).click()
  expect(await page.getByRole('listitem').count()).toBe(10)
  await expectGoodLooks(page)
  await page.getByRole('button', { name: '我已保存' }).click()
  for (const name of ['操作日志', '我的账号', '员工账号']) {
    await page.goto(`${site.url}/console`)
    await expectGoodLooks(page)
    await page.locator('main').getByRole('link', { name }).click()
    await expectGoodLooks(page)
  }
  await page.getByLabel('邮箱', { exact: true }).fill('new@example.com')
  await page.getByLabel('运营', { exact: true }).check()
  await page.getByRole('button', { name: '生成邀请链接' }).click()
  expect(await page.locator('code').innerText()).toContain('/console/link/')
  await expectGoodLooks(page)
  await page.goto(`${site.url}/console`)
  await page.getByRole('button', { name: '退出登录' }).first().click()
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('登录')
  await expectGoodLooks(page)
  await page.getByLabel('邮箱', { exact: true }).fill('lin@example.com')
  await page.getByLabel('密码').fill('not this one')
  await page.getByRole('button', { name: '登录' }).click()
  expect(await page.title()).toMatch(/^错误：/)
  expect(complaints.filter((one) => !one.includes('422'))).toEqual([])
  await page.context().close()
})
