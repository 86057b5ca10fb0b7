import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PlatformActs } from '../../sandbox/platform/platform-acts.ts'
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts'
import { createWorld } from '../../sandbox/world.ts'
import { firstOwnerLink } from '../../src/operators/first-owner.ts'
import { migrate } from '../../src/plumbing/storage/migrate.ts'
import type { Services } from '../../src/services.ts'
import { openBrowser, openPhonePage } from '../support/browser.ts'
import { type MovableClock, movableClock } from '../support/clock.ts'
import { openConsolePage } from '../support/console-page.ts'
import { countedHand } from '../support/counted-hand.ts'
import { codeOf, password } from '../support/operators.ts'
import { quickFolder } from '../support/quick-folder.ts'
import { openTestServices } from '../support/services.ts'
import { type Site, startSite } from '../support/site.ts'

/** What the flow may cost, all of it, from the link to the coupon. */
const inputsAtMost = 14
const pressesAtMost = 22

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
}, 60_000)
afterAll(() => browser?.close())

/** An installation that has nothing, at a WeChat at which neither number has anything. */
async function anEmptyInstallation(clock: MovableClock, { embedded }: { embedded: boolean }) {
  const dataDir = embedded ? mkdtempSync(join(quickFolder(), 'paycoupon-flow-')) : undefined
  const world = createWorld({ bare: true, slugs: ['shop'], now: clock.now() })
  const sandbox = await startSandbox({ port: 0, backupPort: 0, world, clock })
  const services: Services & AsyncDisposable = await openTestServices({
    redis: false,
    clock,
    sandbox,
    ...(dataDir && { dataDir }),
  })
  if (dataDir) await migrate(services.db)
  Object.assign(services.config.sandbox, { on: true, pagesUrl: sandbox.url })
  const site: Site = await startSite(services)
  // As where it is installed: WeChat sends members back to the address that people have opened.
  Object.assign(services.config, { publicUrl: site.url, consoleUrl: `${site.url}/console` })
  sandbox.control.settings.appUrl = site.url
  return {
    services,
    site,
    sandbox,
    world,
    async [Symbol.asyncDispose]() {
      await site[Symbol.asyncDispose]()
      await services[Symbol.asyncDispose]()
      await sandbox.close()
      if (dataDir) rmSync(dataDir, { recursive: true })
    },
  }
}

/** What people do by hand in WeChat's platforms before they come here. Returns the zip and the APIv3 key. */
async function walkWechat(sandbox: Sandbox, keyMode: 'certificate' | 'public_key') {
  const { mchids, officialAccount } = sandbox.world.merchants[0]!
  const [mchid = '', provider = ''] = mchids
  const key = randomBytes(16).toString('hex')
  const { appid } = officialAccount
  const acts: [keyof PlatformActs, object][] = [
    ['open-product', { mchid: provider, product: 'prefunded' }],
    ['link-own-appid', { mchid: provider }],
    ['ask-appid', { mchid, appid }],
    ['answer-appid', { mchid, appid, answer: 'confirm' }],
    ['file-application', { creator: provider, senders: [mchid], reason: '会员开卡与消费奖励' }],
    ['top-up', { mchid: provider, amount: 10_000_000 }],
    ['make-certificate', { mchid }],
    ['set-api-v3-key', { mchid, key }],
    ['set-key-mode', { mchid, mode: keyMode }],
    ['set-web-domains', { slug: 'shop', domains: ['127.0.0.1'] }],
  ]
  for (const [name, input] of acts) {
    const answer = await post(sandbox, name, input)
    if (name === 'file-application') await post(sandbox, 'answer-application', { id: answer.id, answer: 'grant' })
  }
  const zip = await fetch(`${sandbox.url}/sandbox/platform/files/${mchid}/apiclient.zip`)
  const file = { name: `${mchid}_cert.zip`, mimeType: 'application/zip', buffer: Buffer.from(await zip.arrayBuffer()) }
  return { file, key, provider, officialAccount }
}

async function post(sandbox: Sandbox, name: string, input: object): Promise<{ id?: string }> {
  const answer = await fetch(`${sandbox.url}/sandbox/control/platform/${name}`, {
    method: 'POST',
    body: JSON.stringify(input),
  })
  if (!answer.ok) throw new Error(`${name}: ${await answer.text()}`)
  return (await answer.json()) as { id?: string }
}

test.each([
  // As `npm start` has it: one connection, and a driver of its own.
  ['with script, on the embedded database', true],
  ['without script', false],
])('%s, from an empty install to a sent coupon, with no command', { timeout: 180_000 }, async (_, script) => {
  const clock = movableClock()
  await using here = await anEmptyInstallation(clock, { embedded: script })
  const { services, site, sandbox } = here
  const { file, key, provider, officialAccount } = await walkWechat(sandbox, 'certificate')
  const { page, complaints } = await openConsolePage(browser, site.url, { script })
  const hand = countedHand(page)

  // The one-time link, an authenticator, the recovery codes.
  await page.goto(`${site.url}/console/link/${await firstOwnerLink(services)}`)
  await hand.fill('邮箱', 'owner@example.com')
  await hand.fill('密码', password)
  await hand.press('设置密码')
  const seed = await page.locator('code').first().textContent()
  await hand.fill('验证码', codeOf((seed ?? '').replaceAll(' ', ''), clock.now()))
  await hand.press('绑定')
  await hand.press('我已保存')

  // The merchant, and its keys.
  await hand.press('新增商户')
  await hand.fill('商户名称', '优购小店')
  await hand.fill('标识', 'shop')
  await hand.fill('服务号 AppID', officialAccount.appid)
  await hand.fill('AppSecret', officialAccount.appSecret)
  await hand.fill('服务商号', provider)
  await hand.press('新增商户')
  await hand.give('API 证书', file)
  await hand.fill('APIv3 密钥', key)
  await hand.press('测试并保存')
  await hand.press('去接入向导')
  await hand.press('全部检测')
  await page.getByText('检测完成').waitFor()

  // What the provider fills in, at the provider's platform.
  await hand.press('创建pay券')
  await hand.press('生成填写单')
  await hand.press('到沙箱填写')
  await hand.press('创建（未激活）')
  await hand.press(/^激活批次/)
  const { stock_id: stockId } = sandbox.world.stocks.at(-1)!

  // The import, the campaign, the coupon.
  await page.goto(`${site.url}/console/m/shop/guide`)
  await hand.press('导入pay券')
  await hand.fill('批次号', stockId)
  await hand.press('读取')
  await hand.press('导入')
  await hand.press('领取')
  await hand.fill('总量', '1000')
  await hand.press('检查')
  await hand.press('发布活动')
  await hand.press('确认发布')
  await page.getByText('活动已发布').waitFor()

  const [campaign] = await services.db.selectFrom('campaigns').selectAll().execute()
  // WeChat makes no stock that can be used before it was made; the 填写单 leaves time to fill it in.
  const member = await openPhonePage(browser)
  await member.goto(`${site.url}/m/shop/c/${campaign!.slug}`)
  await member.getByText('即将开始').waitFor()
  clock.advance(campaign!.starts_at.getTime() - clock.now().getTime())
  await member.goto(`${site.url}/m/shop/c/${campaign!.slug}`)
  await member.getByRole('button', { name: '立即领取' }).click()
  await member.getByText('已到账').first().waitFor()
  expect(sandbox.control.coupons()).toHaveLength(1)

  await page.reload()
  await hand.press(/^查看这笔发放/)
  await page.getByText('已到账').first().waitFor()
  expect({ inputs: hand.inputs <= inputsAtMost, presses: hand.presses <= pressesAtMost, hand }).toMatchObject({
    inputs: true,
    presses: true,
  })
  expect(complaints).toEqual([])
  await Promise.all([page, member].map((one) => one.context().close()))
})
