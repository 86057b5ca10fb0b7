import { load } from 'cheerio'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { startDemo } from '../../sandbox/demo.ts'
import { startSandbox } from '../../sandbox/sandbox.ts'
import { createWorld, worldFromJson, worldToJson } from '../../sandbox/world.ts'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import { checkCode } from '../../src/operators/codes.ts'
import { stillClock } from '../support/clock.ts'
import { testConfig } from '../support/config.ts'
import { createTestDatabase } from '../support/database.ts'
import { runNow } from '../support/jobs.ts'
import { freePort } from '../support/listen.ts'
import { aStaff, codeOf } from '../support/operators.ts'
import { quickFolder } from '../support/quick-folder.ts'
import { openShop } from '../support/shop.ts'

const dayMs = 86_400_000
const headers = { cookie: 'sandbox_member=xiaoming' }

const post = (url: string, form: Record<string, string>, more = {}) =>
  fetch(url, { method: 'POST', redirect: 'manual', headers: { ...headers, ...more }, body: new URLSearchParams(form) })

test.each(['certificate', 'public_key'] as const)(
  'with the button 拨到明天 yesterday’s bill gives a coupon, the flow of the day after tells its use, and it expires (%s)',
  async (keyMode) => {
    const clock = stillClock(new Date('2026-11-10T04:00:00Z'))
    await using shop = await openShop({ wechat: 'sandbox', redis: false, clock, world: { keyMode } })
    const { services, sandbox } = shop
    const [spend] = [shop.world.merchants[0]!.campaigns.spend.stockId]
    const tiers = [{ at_least: 5_000, coupons: [{ stock_id: spend, count: 1 }] }]
    await shop.campaign({
      kind: 'spend',
      limits: {},
      coupons: [],
      spend: {
        basis: 'payer_total',
        mode: 'single',
        window_days: 30,
        tiers,
        tier_rule: 'highest',
        exclude_orders_using_our_coupons: true,
        hold_minutes: 0,
      },
    })
    const till = async () => load(await (await fetch(`${sandbox.url}/sandbox/till`, { headers })).text())
    const scan = (more = {}) => post(`${sandbox.url}/sandbox/till`, { merchant: 'demo', yuan: '60', ...more })
    const tomorrow = async () => {
      const form = (await till())('form[action="/sandbox/clock"]')
      const days = form.find('button:contains("拨到明天")').attr('value')!
      const moved = await post(sandbox.url + form.attr('action')!, { merchant: 'demo', days })
      expect([moved.status, moved.headers.get('location')]).toEqual([303, '/sandbox/till?merchant=demo#clock'])
      await runNow(services, 'bills')
      await runNow(services, 'flows')
      await openDeliveryLoop(services).drain()
    }
    const coupons = () => sandbox.control.coupons(shop.member('xiaoming')).map(({ status }) => status)

    expect((await till())('#clock').text()).toContain('2026-11-10 12:00，和这台电脑一样')
    await scan()
    await scan()
    await tomorrow()
    expect((await till())('#clock').text()).toContain('2026-11-11 12:00，比这台电脑快 1 天')
    expect(coupons()).toEqual(['SENDED', 'SENDED'])
    await scan({ use_coupon: 'on' })
    await tomorrow()
    expect(coupons().toSorted()).toEqual(['SENDED', 'USED'])
    const flows = services.db.selectFrom('wechat_files').select(['day', 'rows']).where('kind', '=', 'use_flow')
    expect(await flows.where('state', '=', 'kept').execute()).toEqual([{ day: '20261111', rows: 1 }])

    await post(`${sandbox.url}/sandbox/clock`, { days: '90' })
    expect(coupons().toSorted()).toEqual(['EXPIRED', 'USED'])
    const page = load((await shop.phoneOf(shop.member('xiaoming')).get('/m/demo/coupons')).text).text()
    expect(page).toContain('已过期')
    expect(page).toContain('已使用')
  },
)

test('only forward, by whole days, within a year, and by nobody else’s page; the world remembers it', async () => {
  const clock = stillClock(new Date('2026-11-10T04:00:00Z'))
  const world = createWorld({ now: clock.now() })
  const sandbox = await startSandbox({ port: 0, world, clock })
  const move = async (body: unknown, more = {}) => {
    const init = { method: 'POST', body: JSON.stringify(body), headers: more }
    return (await fetch(`${sandbox.url}/sandbox/control/clock`, init)).status
  }
  for (const days of [0, -1, 1.5, '1', null, 1e9, undefined]) expect(await move({ days })).toBe(400)
  for (const days of ['', '0', '-1', '1.5', '1e2', '400', '1000'])
    expect((await post(`${sandbox.url}/sandbox/clock`, { days })).status).toBe(400)
  const foreign = { origin: 'https://example.com' }
  expect(await move({ days: 1 }, foreign)).toBe(403)
  expect((await post(`${sandbox.url}/sandbox/clock`, { days: '1' }, foreign)).status).toBe(403)
  expect(sandbox.control.time()).toEqual({ now: '2026-11-10T12:00:00+08:00', daysAhead: 0 })
  expect(await move({ days: 2 })).toBe(200)
  const told = await (await fetch(`${sandbox.url}/sandbox/control/clock`)).json()
  expect(told).toEqual({ now: '2026-11-12T12:00:00+08:00', daysAhead: 2 })
  await sandbox.close()

  const again = await startSandbox({ port: 0, world: worldFromJson(worldToJson(world)), clock })
  expect(again.control.time()).toEqual(told)
  await again.close()
})

test('moved before ten in the morning it is half past ten there: yesterday’s files are out at once', async () => {
  const clock = stillClock(new Date('2026-11-09T23:54:00Z'))
  await using shop = await openShop({ wechat: 'sandbox', redis: false, clock })
  const { services, sandbox } = shop
  await post(`${sandbox.url}/sandbox/till`, { merchant: 'demo', yuan: '60' })
  expect(sandbox.control.moveForward(1)).toEqual({ now: '2026-11-11T10:30:00+08:00', daysAhead: 1 })
  await runNow(services, 'bills')
  const bills = services.db.selectFrom('wechat_files').select(['day', 'rows']).where('kind', '=', 'trade_bill')
  expect(await bills.where('state', '=', 'kept').where('rows', '>', 0).execute()).toEqual([
    { day: '20261110', rows: 1 },
  ])
  const till = await (await fetch(`${sandbox.url}/sandbox/till`, { headers })).text()
  expect(load(till)('#clock').text()).toContain('2026-11-11 10:30，比这台电脑快 1 天多')
})

test('npm start moves with its sandbox, and is still ahead after a restart', async () => {
  const dataDir = mkdtempSync(join(quickFolder(), 'paycoupon-day-'))
  const database = await createTestDatabase(inject('templateDatabase'))
  const port = await freePort()
  const publicUrl = `http://127.0.0.1:${port}`
  const config = { ...testConfig(), port, publicUrl, dataDir, databaseUrl: database.url }
  const begin = () => startDemo({ ...config, sandbox: { on: true, port: 0 } })
  const ahead = ({ running }: Awaited<ReturnType<typeof begin>>) =>
    Math.round((running.services.clock.now().getTime() - Date.now()) / dayMs)

  const first = await begin()
  expect(ahead(first)).toBe(0)
  const { openUrl } = first.running.services.config.wechat
  const moved = await fetch(`${openUrl}/sandbox/control/clock`, { method: 'POST', body: '{"days":3}' })
  expect(moved.status).toBe(200)
  expect(ahead(first)).toBe(3)
  // The phone with the authenticator is in the hand of somebody of today.
  const { services } = first.running
  const staff = await aStaff({ ...services, clock: { ...services.clock, advance: () => undefined } }, 'a@example.com')
  const next = codeOf(staff.seed, new Date(Date.now() + 30_000))
  await expect(checkCode(services, await staff.session(), { code: next })).resolves.toBeUndefined()
  await first.running.stop()

  const second = await begin()
  expect(ahead(second)).toBe(3)
  expect(second.greeting).toContain('3 days ahead')
  await second.running.stop()
  await database.drop()
  rmSync(dataDir, { recursive: true, force: true })
})
