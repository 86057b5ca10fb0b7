import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeCertificate, setApiV3Key } from '../../sandbox/platform/keys.ts'
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts'
import { createWorld } from '../../sandbox/world.ts'
import type { Services } from '../../src/services.ts'
import { openBrowser } from '../support/browser.ts'
import { movableClock } from '../support/clock.ts'
import { type ConsoleBrowser, consoleBrowser } from '../support/console.ts'
import { expectGoodLooks, openConsolePage } from '../support/console-page.ts'
import { openTestServices } from '../support/services.ts'
import { type Site, startSite } from '../support/site.ts'

const key = '7kQm2ZpX9cVb4NfT8wRj6HsL3yGd5AeU'
let sandbox: Sandbox
let services: Services & AsyncDisposable
let site: Site
let browser: Browser
let owner: ConsoleBrowser
let zip: Buffer

beforeAll(async () => {
  const clock = movableClock()
  // Everybody is as on the first day; then the merchant asks for a certificate and sets its APIv3 key.
  const world = createWorld({ bare: true, slugs: ['demo'], now: clock.now() })
  sandbox = await startSandbox({ port: 0, backupPort: 0, world, clock })
  services = await openTestServices({ redis: false, clock, sandbox })
  site = await startSite(services)
  const { mchid } = numberOf('sender')
  makeCertificate(sandbox.control.state, { mchid })
  setApiV3Key(sandbox.control.state, { mchid, key })
  const file = await fetch(`${sandbox.url}/sandbox/platform/files/${mchid}/apiclient.zip`)
  zip = Buffer.from(await file.arrayBuffer())
  owner = await consoleBrowser(Object.assign(services, { clock }), site, 'head@example.com')
  browser = await openBrowser()
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await site[Symbol.asyncDispose]()
  await services[Symbol.asyncDispose]()
  await sandbox.close()
})

const numberOf = (role: string) => sandbox.world.accounts.find((account) => account.role === role)!

/** A desk's browser in which the owner is signed in. */
const open = (width: number, script = true) => openConsolePage(browser, site.url, { person: owner, width, script })

/** Axe is a script. */
const looks = async (page: Page, script: boolean) => void (script && (await expectGoodLooks(page)))

describe.each([
  [1280, true],
  [1280, false],
  [390, true],
  [390, false],
])('at %i px, script: %s', { timeout: 120_000 }, (width, script) => {
  const slug = `shop-${width}-${script ? 'a' : 'b'}`

  it('a merchant is made with five inputs and one click, and its keys with two and one', async () => {
    const { page, complaints } = await open(width, script)
    const counted = { inputs: 0, clicks: 0 }
    const fill = async (label: string, value: string) => {
      counted.inputs += 1
      await page.getByLabel(label).fill(value)
    }
    const click = async (name: string, role: 'button' | 'link' = 'button') => {
      counted.clicks += 1
      await page.locator('main').getByRole(role, { name, exact: true }).first().click()
    }
    const { appid, appSecret } = sandbox.world.merchants[0]!.officialAccount
    await page.goto(`${site.url}/console/merchants/new`)
    await looks(page, script)
    await fill('商户名称', '阳光咖啡（人民路店）')
    await fill('标识', slug)
    await fill('服务号 AppID', appid)
    await fill('AppSecret', appSecret)
    await fill('服务商号', numberOf('provider').mchid)
    await click('新增商户')
    await page.waitForURL(`**/m/${slug}/settings/keys/new`)
    expect(counted).toEqual({ inputs: 5, clicks: 1 })
    await looks(page, script)

    Object.assign(counted, { inputs: 0, clicks: 0 })
    counted.inputs += 1
    await page
      .getByLabel('API 证书')
      .setInputFiles({ name: '1601400973_20261130_cert.zip', mimeType: 'application/zip', buffer: zip })
    await fill('APIv3 密钥', key)
    await click('测试并保存')
    await page.getByText('的密钥已测试并保存').waitFor()
    expect(counted).toEqual({ inputs: 2, clicks: 1 })
    await looks(page, script)
    await click('去接入向导', 'link')
    await page.waitForURL(`**/m/${slug}/guide`)
    const merchant = await services.catalog.merchant(slug)
    const [mchid, role] = [numberOf('sender').mchid, 'sender']
    expect(merchant?.accounts.find((account) => account.keys)).toMatchObject({ mchid, role })
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('a wrong form leads to its field, and a random key is there to copy', async () => {
    const { page } = await open(width, script)
    await page.goto(`${site.url}/console/m/${slug}/settings/keys/new`)
    await page.getByRole('link', { name: '生成APIv3密钥' }).click()
    expect(await page.locator('#fresh-key-text').innerText()).toMatch(/^[0-9A-Za-z]{32}$/)
    await looks(page, script)
    await page.getByRole('dialog').getByRole('link', { name: '关闭' }).click()
    await page.getByLabel('APIv3 密钥', { exact: true }).fill('bda1890daa6cbf2ec632dd8c38a86444')
    await page.getByLabel('API 证书').setInputFiles({ name: 'a.zip', mimeType: 'application/zip', buffer: zip })
    await page.getByRole('button', { name: '测试并保存' }).click()
    expect(await page.title()).toMatch(/^错误：/)
    await page.getByRole('link', { name: /公开的教程/ }).click()
    expect(await page.locator(':focus').getAttribute('id')).toBe('f-api_v3_key')
    expect(await page.content()).not.toContain('bda1890d')
    await looks(page, script)
    await page.context().close()
  })

  it.runIf(script)('every page of the settings fits, and axe finds nothing', async () => {
    const { page, complaints } = await open(width, script)
    for (const path of ['settings', 'settings/keys', 'settings/official-account', 'settings/events']) {
      await page.goto(`${site.url}/console/m/${slug}/${path}`)
      await looks(page, script)
    }
    await page.getByRole('button', { name: '生成密钥' }).click()
    await page.getByText('只显示这一次').waitFor()
    await looks(page, script)
    await page.getByRole('link', { name: '生成新密钥' }).click()
    await looks(page, script)
    expect(complaints).toEqual([])
    await page.context().close()
  })
})
