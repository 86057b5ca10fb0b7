import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { freePort } from '../support/listen.ts'
import { openBrowser } from '../support/one-host-browser.ts'
import { type Program, startCommand, startNode, startProgram } from '../support/program.ts'
import { quickFolder } from '../support/quick-folder.ts'
import { formOf } from '../support/site.ts'

/** Longer than two looks of the gate's repair. */
const repaired = { timeout: 40_000, interval: 500 }
const soon = { timeout: 5_000, interval: 200 }

/** `npm run cli -- …` while `npm start` has the embedded database. */
describe('a command beside the program', { timeout: 120_000 }, () => {
  const dataDir = mkdtempSync(join(quickFolder(), 'paycoupon-beside-'))
  const settings: Record<string, string> = { DATA_DIR: dataDir }
  let program: Program
  const app = (path: string) => `http://localhost:${settings.PORT}${path}`
  const sandbox = (path: string) => `http://localhost:${settings.SANDBOX_PORT}${path}`

  beforeAll(async () => {
    settings.PORT = String(await freePort())
    settings.SANDBOX_PORT = String(await freePort())
    program = startProgram(settings)
    await program.says(/Open, in this order/)
  }, 120_000)
  afterAll(async () => {
    program.stop()
    await program.ended
    rmSync(dataDir, { recursive: true })
  })

  async function run(...args: string[]): Promise<{ code: number | NodeJS.Signals; printed: string }> {
    const command = startCommand(args, settings)
    return { code: await command.ended, printed: command.printed() }
  }
  let members = 0
  /** A member nobody knows logs in and taps; the page they land on. */
  async function claim(slug = 'welcome') {
    const phone = openBrowser()
    await phone.post(sandbox('/sandbox/member'), { member: `m${(members += 1)}` })
    const address = app(`/m/demo/c/${slug}`)
    const page = await phone.get(sandbox(`/sandbox/open?url=${encodeURIComponent(address)}`))
    return phone.post(`${address}/claims`, formOf(page.text))
  }
  async function expectCoupon(slug?: string): Promise<void> {
    expect((await claim(slug)).text).toContain('已到账')
  }
  /** Not the stock of the welcome campaign: that one is to stay without a halt. */
  async function otherStock(): Promise<string> {
    const stocks = (await (await fetch(sandbox('/sandbox/control/stocks'))).json()) as { stock_id: string }[]
    return stocks[1]!.stock_id
  }
  async function applySmall(total: number) {
    const file = join(dataDir, 'small.json')
    const from = Math.floor(Date.now() / 86_400_000) * 86_400_000 - 86_400_000
    const campaign = {
      slug: 'small',
      kind: 'link',
      title: '小活动',
      rules: '先到先得。',
      channel: 'store',
      stackable: false,
      state: 'published',
      starts_at: new Date(from).toISOString(),
      ends_at: new Date(from + 20 * 86_400_000).toISOString(),
      coupons: [{ stock_id: await otherStock(), count: 1 }],
      limits: { per_member: 1, total },
    }
    writeFileSync(file, JSON.stringify(campaign))
    return run('campaign', 'apply', 'demo', file)
  }

  test('doctor, proof and migrate do their work, all at once, and claims go on meanwhile', async () => {
    const commands = [['doctor', 'demo'], ['proof'], ['migrate']].map((args) => startCommand(args, settings))
    const ended = Promise.all(commands.map((command) => command.ended))
    let isOver = false
    void ended.then(() => (isOver = true))
    let claims = 0
    for (; !isOver; claims += 1) await expectCoupon()
    expect(await ended, commands.map((command) => command.printed()).join()).toEqual([0, 0, 0])
    expect(claims).toBeGreaterThan(1)
    expect(commands[0]!.printed()).toContain('✓ signature')
    expect(commands[1]!.printed()).toContain('every limit held')
    expect(commands[2]!.printed()).toBe('the schema is current\n')
  })

  test('a campaign that is applied is open at once, and so is a limit that is raised', async () => {
    expect(await applySmall(1)).toMatchObject({ code: 0 })
    await vi.waitFor(() => expectCoupon('small'), soon)
    expect((await claim('small')).text).not.toContain('已到账')
    expect(await applySmall(2)).toMatchObject({ code: 0 })
    await vi.waitFor(() => expectCoupon('small'), soon)
  })

  test('a grant is tried again and given up by a command; the place that it frees is soon given to another', async () => {
    expect(await applySmall(3)).toMatchObject({ code: 0 })
    const turnStock = async (status: string) =>
      fetch(sandbox(`/sandbox/control/stocks/${await otherStock()}`), {
        method: 'PATCH',
        body: JSON.stringify({ status }),
      })
    await turnStock('paused')
    const grantId = await vi.waitFor(async () => /grants\/([^/?]+)/.exec((await claim('small')).url)![1]!, soon)
    expect(await run('grants', 'retry', grantId)).toMatchObject({
      code: 1,
      printed: expect.stringContaining('pending'),
    })
    expect(await run('grants', 'give-up', grantId, '--reason', 'test')).toMatchObject({ code: 0 })
    await turnStock('running')
    // The job may have read that it was paused, and would look again in a minute.
    expect(await run('stock', 'sync', 'demo', await otherStock())).toMatchObject({ code: 0 })
    // The program's own gate did not hear of it: the ledger tells it, in two looks of the repair.
    await vi.waitFor(async () => expect((await claim('small')).url).toMatch(/\/grants\//), repaired)
    expect(await run('proof')).toMatchObject({ code: 0, printed: expect.stringContaining('3 of 3') })
  })

  test('a command that is killed inside a transaction leaves the shop as it was', async () => {
    const socketDir = readFileSync(join(dataDir, 'owner.pid'), 'utf8').split('\n')[1]
    const words = `
      const { default: pg } = await import('pg')
      const client = new pg.Client({ host: ${JSON.stringify(socketDir)}, user: 'postgres', database: 'postgres' })
      await client.connect()
      await client.query('begin')
      await client.query("update campaigns set title = 'lost', revision = revision + 1")
      console.log('inside')`
    const killed = startNode(['--input-type=module', '--eval', words], {})
    await killed.says(/inside/)
    const waiting = claim()
    killed.kill()
    expect(await killed.ended).toBe('SIGKILL')
    expect((await waiting).text).toContain('已到账')
    const page = await openBrowser().get(sandbox(`/sandbox/open?url=${encodeURIComponent(app('/m/demo/c/welcome'))}`))
    expect(page.text).toContain('新客专享券')
    expect(page.text).not.toContain('lost')
  })

  test('a program that is killed keeps no command and no other program out', async () => {
    program.kill()
    await program.ended
    expect(await run('proof')).toMatchObject({ code: 0 })
    program = startProgram(settings)
    await program.says(/Open, in this order/)
    expect(await run('proof')).toMatchObject({ code: 0 })
    await expectCoupon()
  })
})
