import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Browser, openBrowser } from '../support/one-host-browser.ts'
import { type Program, startProgram } from '../support/program.ts'
import { formOf } from '../support/site.ts'
import { freePort } from '../support/listen.ts'
import { quickFolder } from '../support/quick-folder.ts'

const patience = { timeout: 30_000, interval: 250 }

/** `npm start` on a laptop with nothing installed: embedded database, sandbox, demo merchant, in this order. */
describe('npm start without a single setting', { timeout: 120_000 }, () => {
  const dataDir = mkdtempSync(join(quickFolder(), 'paycoupon-embedded-'))
  let ports: { app: number; sandbox: number }
  let program: Program
  let phone: Browser
  /** The hidden fields of a page that the member opened before the restart and still has in a tab. */
  let form: Record<string, string>
  const app = (path: string) => `http://localhost:${ports.app}${path}`
  const sandbox = (path: string) => `http://localhost:${ports.sandbox}${path}`

  beforeAll(async () => {
    ports = { app: await freePort(), sandbox: await freePort() }
    phone = openBrowser()
  })
  afterAll(async () => {
    program.stop()
    await program.ended
    rmSync(dataDir, { recursive: true })
  })

  function startHere(): Program {
    return startProgram({ DATA_DIR: dataDir, PORT: String(ports.app), SANDBOX_PORT: String(ports.sandbox) })
  }
  async function couponsAtWeChat(): Promise<string[]> {
    const response = await fetch(sandbox('/sandbox/control/coupons?member=xiaoming'))
    return ((await response.json()) as { stockId: string }[]).map((coupon) => coupon.stockId)
  }

  test('it prints the addresses to open, and they answer', async () => {
    program = startHere()
    await program.says(/Open, in this order/)
    const addresses = [sandbox('/'), sandbox('/sandbox/wechat-pay'), app('/m/demo/c/welcome'), app('/console')]
    for (const address of addresses) {
      expect(program.printed()).toContain(`  ${address} `)
      expect((await phone.get(address)).status).toBe(200)
    }
    expect((await phone.get(app('/readyz'))).status).toBe(200)
    const [ownerLink = ''] = /\S+\/console\/link\/\S+/.exec(program.printed()) ?? []
    expect((await phone.get(ownerLink)).text).toContain('您将成为管理员')
  })

  test('a tap on the claim link leads through the login to the coupon', async () => {
    await phone.get(sandbox('/'))
    const page = await phone.get(sandbox(`/sandbox/open?url=${encodeURIComponent(app('/m/demo/c/welcome'))}`))
    expect(page.url).toBe(app('/m/demo/c/welcome'))
    const grant = await phone.post(app('/m/demo/c/welcome/claims'), formOf(page.text))
    expect(grant.url).toMatch(/\/m\/demo\/grants\//)
    expect(grant.text).toContain('已到账')
    expect(await couponsAtWeChat()).toHaveLength(1)
    form = formOf((await phone.get(app('/m/demo/c/spend-gift'))).text)
  })

  test('opening a card and paying bring one coupon each', async () => {
    const landing = await phone.post(sandbox('/sandbox/card'), { push: 'on' })
    expect(landing.url).toContain(app('/m/demo/card-opened'))
    await vi.waitFor(async () => expect(await couponsAtWeChat()).toHaveLength(2), patience)
    const reward = await phone.post(sandbox('/sandbox/payment'), { yuan: '88', told_by: 'merchant' })
    expect(reward.url).toContain(app('/m/demo/paid'))
    await vi.waitFor(async () => expect(await couponsAtWeChat()).toHaveLength(3), patience)
    await vi.waitFor(
      async () => expect((await phone.get(app('/m/demo/coupons'))).text).not.toContain('正在发放'),
      patience,
    )
    const list = (await phone.get(app('/m/demo/coupons'))).text
    for (const title of ['新客专享券', '开卡有礼', '消费有礼']) expect(list).toContain(title)
  })

  test('a second program on the same directory is refused in one sentence, and the first goes on', async () => {
    const second = startProgram({
      DATA_DIR: dataDir,
      PORT: String(await freePort()),
      SANDBOX_PORT: String(await freePort()),
    })
    expect(await second.ended).toBe(1)
    expect(second.errors()).toMatch(/^the embedded database in .* is in use by process \d+: stop it first.*\n$/)
    expect((await phone.get(app('/readyz'))).status).toBe(200)
  })

  test('after a restart the ledger, the session and the keys are still there', async () => {
    program.stop()
    expect(await program.ended).toBe(0)
    program = startHere()
    await program.says(/Open, in this order/)
    const page = await phone.get(app('/m/demo/c/welcome'))
    expect(page.text).toContain('已领')
    const again = await phone.post(app('/m/demo/c/welcome/claims'), form)
    expect(again.url).toMatch(/\/m\/demo\/grants\//)
    expect(await couponsAtWeChat()).toEqual([])
    for (const title of ['新客专享券', '开卡有礼', '消费有礼'])
      expect((await phone.get(app('/m/demo/coupons'))).text).toContain(title)
  })

  test('a program that was killed leaves a directory that the next one can use', async () => {
    program.kill()
    expect(await program.ended).toBe('SIGKILL')
    program = startHere()
    await program.says(/Open, in this order/)
    expect((await phone.get(app('/m/demo/coupons'))).text).toContain('新客专享券')
  })
})
