import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { runCli } from '../../src/cli/run.ts'
import { receiptParties } from '../../src/receipts/provider-of.ts'
import { closing, opening, turnReceipt } from '../../src/receipts/switches.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

describe.each(['certificate', 'public_key'] as const)('in %s mode', (keyMode) => {
  let shop: SandboxShop
  let nowMs = Date.now()

  beforeAll(async () => {
    shop = await openShop({
      wechat: 'sandbox',
      redis: false,
      world: { keyMode },
      clock: { now: () => new Date(nowMs) },
    })
  })
  beforeEach(async () => {
    shop.sandbox.control.clearFaults()
    delete sub().goldPlan
    await shop.services.db.deleteFrom('receipt_switches').execute()
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  const sub = () => shop.world.accounts.find(({ role }) => role === 'sender')!
  const states = () => ({ page: sub().goldPlan?.page?.open, plan: sub().goldPlan?.plan?.open })
  const parties = () => receiptParties(shop.merchant, {})
  const turn = (turns: Parameters<typeof turnReceipt>[3]) => turnReceipt(shop.services, shop.merchant, parties(), turns)
  const calls = () =>
    shop.sandbox.control.countCalls('goldplan_page') + shop.sandbox.control.countCalls('goldplan_plan')
  const rows = () =>
    shop.services.db.selectFrom('receipt_switches').select(['switch', 'turned', 'outcome']).orderBy('id').execute()

  test('opening switches the receipt, then the page that it stands on, signed by the provider', async () => {
    await turn(opening)
    expect(states()).toEqual({ page: true, plan: true })
    const names = shop.sandbox.control
      .calls()
      .filter(({ endpoint }) => endpoint.startsWith('goldplan'))
      .map(({ endpoint, mchid }) => [endpoint, mchid])
    const provider = parties().provider.mchid
    expect(names).toEqual(
      expect.arrayContaining([
        ['goldplan_page', provider],
        ['goldplan_plan', provider],
      ]),
    )
    expect(await rows()).toEqual([
      { switch: 'page', turned: 'OPEN', outcome: 'done' },
      { switch: 'plan', turned: 'OPEN', outcome: 'done' },
    ])
    const audit = await shop.services.db
      .selectFrom('audit_entries')
      .selectAll()
      .where('act', '=', 'receipt_switched')
      .execute()
    expect(audit.at(-1)).toMatchObject({ by: 'command line', subject: `小票 ${sub().mchid}` })
  })

  test('closing switches off our receipt alone, unless the whole page is to go', async () => {
    await turn(opening)
    await turn(closing({ plan: false }))
    expect(states()).toEqual({ page: false, plan: true })
    await turn(closing({ plan: true }))
    expect(states()).toEqual({ page: false, plan: false })
  })

  test('within a day of closing it is not opened, and WeChat is not asked', async () => {
    await turn(closing({ plan: false }))
    nowMs += 24 * 3_600_000 - 1
    const before = calls()
    await expect(turn(opening)).rejects.toThrow(/within 24 hours/)
    expect(calls()).toBe(before)
    nowMs += 1
    await turn(opening)
    expect(states()).toEqual({ page: true, plan: true })
  })

  test('a closing whose answer was lost counts as one', async () => {
    shop.sandbox.control.setFault({ fault: 'reset_after_commit', endpoint: 'goldplan_page' })
    await expect(turn(closing({ plan: false }))).rejects.toThrow(/not known whether/)
    expect(await rows()).toEqual([{ switch: 'page', turned: 'CLOSE', outcome: 'unknown' }])
    shop.sandbox.control.clearFaults()
    await expect(turn(opening)).rejects.toThrow(/within 24 hours/)
  })

  test('an answer that is lost once is asked for again', async () => {
    shop.sandbox.control.setFault({ fault: 'reset_after_commit', endpoint: 'goldplan_page', times: 1 })
    await turn(opening)
    expect((await rows()).map(({ outcome }) => outcome)).toEqual(['done', 'done'])
  })

  test('what WeChat refuses is said with its cure, and with what was done before', async () => {
    shop.sandbox.control.setFault({ fault: 'no_auth', endpoint: 'goldplan_plan' })
    const refused = turn(opening)
    await expect(refused).rejects.toThrow(/^done: open our receipt.*\ncould not open WeChat's page.*承诺函.*NO_AUTH/s)
    expect((await rows()).map(({ outcome }) => outcome)).toEqual(['done', 'refused'])
  })
})

describe('the command', () => {
  let shop: SandboxShop
  beforeAll(async () => (shop = await openShop({ wechat: 'sandbox', redis: false })))
  afterAll(() => shop[Symbol.asyncDispose]())

  async function run(...args: string[]) {
    const said = { out: '', err: '' }
    const { databaseUrl, masterKeys, publicUrl } = shop.services.config
    const code = await runCli(
      ['merchant', 'receipt', ...args],
      { out: (text) => (said.out += text), err: (text) => (said.err += text) },
      {
        DATABASE_URL: databaseUrl,
        MASTER_KEY: masterKeys.map((key) => key.toString('base64')).join(','),
        COOKIE_KEYS: randomBytes(24).toString('base64url'),
        PUBLIC_URL: publicUrl,
        WECHAT_PAY_URL: shop.sandbox.url,
        WECHAT_PAY_BACKUP_URL: shop.sandbox.backupUrl,
      },
    )
    return { code, ...said }
  }

  test('says what it would do, does it with --yes, and tells afterwards what was switched and by whom', async () => {
    const asked = await run('open', 'demo')
    expect(asked).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^would open our receipt.*add --yes/s) })
    expect(shop.sandbox.control.countCalls('goldplan_page')).toBe(0)
    expect(await run('open', 'demo', '--yes')).toMatchObject({ code: 0, out: expect.stringMatching(/^done: open/) })
    const { out } = await run('status', 'demo', '--json')
    expect(JSON.parse(out)).toMatchObject({
      link: 'http://localhost:3000/m/demo/receipt',
      standing: [
        { what: 'plan', turned: 'OPEN', sure: true, by: 'command line' },
        { what: 'page', turned: 'OPEN', sure: true, by: 'command line' },
      ],
    })
    expect(await run('close', 'demo', '--yes')).toMatchObject({ code: 0 })
    expect(await run('open', 'demo', '--yes')).toMatchObject({ code: 1, err: expect.stringContaining('24 hours') })
  })

  test('names a number that is missing or not the merchant’s', async () => {
    expect(await run('open', 'demo', '--mchid', '1900000000')).toMatchObject({
      code: 1,
      err: expect.stringContaining('1900000000 is no sender'),
    })
    expect(await run('open', 'nobody')).toMatchObject({ code: 1, err: 'there is no merchant nobody\n' })
  })
})
