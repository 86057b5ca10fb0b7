import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { award } from '../../src/grants/award.ts'
import { prove } from '../../src/doctor/proof/proof.ts'
import { start } from '../../src/start.ts'
import { openLog } from '../../src/plumbing/telemetry/log.ts'
import { createTestDatabase } from '../support/database.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'
import { openPhone } from '../support/phone.ts'
import { startProgram, startProgramOf } from '../support/program.ts'
import { formOf, logIn } from '../support/site.ts'

const recovery = { timeout: 30_000, interval: 50 }

describe('SIGTERM under load', { timeout: 90_000 }, () => {
  let shop: SandboxShop
  beforeAll(async () => {
    shop = await openShop({ wechat: 'sandbox' })
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  const startMain = () => startProgramOf(shop, { PORT: '0' })

  test('every claim that was accepted is answered, then the door is closed and the program ends well', async () => {
    const members = 32
    const campaign = await shop.campaign({ limits: { per_member: 1, total: members } })
    const program = startMain()
    const [, url = ''] = await program.says(/listens on (http\S+)/)
    const phones = await Promise.all(
      Array.from({ length: members }, async (_, turn) => {
        const phone = openPhone(url)
        logIn(phone, shop.services, shop.merchant, shop.member(`last-${turn}`))
        return { phone, form: formOf((await phone.get(`/m/demo/c/${campaign.slug}`)).text) }
      }),
    )
    shop.sandbox.control.setFault({ fault: 'slow', endpoint: 'send', times: members, ms: 1_000 })
    const taps = phones.map(({ phone, form }) =>
      phone.post(`/m/demo/c/${campaign.slug}/claims`, form, { accept: 'application/json' }),
    )
    const inHand = shop.services.db.selectFrom('grants').where('campaign_id', '=', campaign.id).select('id')
    await vi.waitFor(async () => expect(await inHand.execute()).toHaveLength(members), recovery)
    program.stop()

    const answers = await Promise.all(taps)
    expect(answers.map((seen) => [seen.status, (JSON.parse(seen.text) as { status: string }).status])).toEqual(
      Array(members).fill([200, 'sent']),
    )
    expect(await program.ended).toBe(0)
    await expect(fetch(`${url}/healthz`)).rejects.toThrow('fetch failed')
    expect(program.errors()).toBe('')
    expect(shop.sandbox.control.coupons()).toHaveLength(members)
    expect(await prove(shop.services)).toMatchObject({ ok: true, failures: [] })
  })

  test('the running program tells of its own memory and event loop among its metrics', async () => {
    const program = startMain()
    const [, url = ''] = await program.says(/listens on (http\S+)/)
    const metrics = await (await fetch(`${url}/metrics`)).text()
    for (const name of ['process_resident_memory_bytes', 'nodejs_eventloop_lag_seconds'])
      expect(metrics).toContain(`\n${name} `)
    program.stop()
    expect(await program.ended).toBe(0)
  })

  test('a worker that is told to stop finishes what it holds', async () => {
    const program = startMain()
    await program.says(/listens on/)
    const campaign = await shop.campaign({ limits: { per_member: 1 } })
    const openid = shop.member('owed')
    shop.sandbox.control.setFault({ fault: 'slow', endpoint: 'send', openid, times: 1, ms: 1_500 })
    const { services, merchant } = shop
    const owed = { merchant, campaign, openid, triggerKey: 'owed', coupons: campaign.coupons, at: new Date() }
    expect(await award(services, owed)).toMatchObject({ kind: 'granted', leased: [] })
    // The fault is gone once WeChat has heard of the coupon.
    await vi.waitFor(() => expect(shop.sandbox.control.faults()).toEqual([]), recovery)
    program.stop()
    expect(await program.ended).toBe(0)
    const coupons = await services.db.selectFrom('coupons').select('state').where('openid', '=', openid).execute()
    expect(coupons).toEqual([{ state: 'sent' }])
  })

  test('in production the load balancer is told first, while claims are still answered', async () => {
    const config = { ...shop.services.config, production: true, host: '127.0.0.1', port: 0 }
    const running = await start(config, { log: openLog('silent') })
    const url = running.url ?? ''
    const campaign = await shop.campaign({ limits: { per_member: 1 } })
    const phone = openPhone(url)
    logIn(phone, shop.services, shop.merchant, shop.member('late'))
    expect((await phone.get('/readyz')).status).toBe(200)

    const stopped = running.stop()
    const readiness = await phone.get('/readyz')
    expect([readiness.status, JSON.parse(readiness.text)]).toEqual([503, expect.objectContaining({ stopping: true })])
    const form = formOf((await phone.get(`/m/demo/c/${campaign.slug}`)).text)
    const seen = await phone.post(`/m/demo/c/${campaign.slug}/claims`, form, { accept: 'application/json' })
    expect(JSON.parse(seen.text)).toMatchObject({ status: 'sent' })
    await stopped
    await expect(fetch(`${url}/healthz`)).rejects.toThrow('fetch failed')
  })
})

describe('a start that cannot go well', { timeout: 60_000 }, () => {
  const production = {
    NODE_ENV: 'production',
    PUBLIC_URL: 'https://coupons.example.com',
    REDIS_URL: 'redis://127.0.0.1:9',
    MASTER_KEY: randomBytes(32).toString('base64'),
    COOKIE_KEYS: randomBytes(48).toString('base64'),
  }

  test('production without settings names all of them at once', async () => {
    const program = startProgram({ NODE_ENV: 'production' })
    expect(await program.ended).toBe(1)
    for (const name of ['PUBLIC_URL', 'DATABASE_URL', 'REDIS_URL', 'MASTER_KEY', 'COOKIE_KEYS'])
      expect(program.errors()).toContain(`${name}: is needed in production`)
    expect(program.errors()).not.toContain('    at ')
  })

  test('production never changes the schema by itself: it names the command', async () => {
    const database = await createTestDatabase()
    const program = startProgram({ ...production, DATABASE_URL: database.url })
    expect(await program.ended).toBe(1)
    expect(program.errors()).toContain('npm run migrate')
    expect(program.errors()).not.toContain('    at ')
    await database.drop()
  })

  test('a database that is away is named without its password', async () => {
    const program = startProgram({ ...production, DATABASE_URL: 'postgres://paycoupon:hunter2@localhost:9/x' })
    expect(await program.ended).toBe(1)
    expect(program.errors()).toContain('ECONNREFUSED')
    expect(program.printed()).not.toContain('hunter2')
  })
})
