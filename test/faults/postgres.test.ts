import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { openGateRepair } from '../../src/gate/gate-repair.ts'
import { prove } from '../../src/doctor/proof/proof.ts'
import { openDatabase } from '../../src/plumbing/storage/database.ts'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import { migrate } from '../../src/plumbing/storage/migrate.ts'
import { administer } from '../support/database.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'
import { tally, type Tap, visit, type Visitor } from '../support/members.ts'
import { startPostgres, startRedis, type TestServer } from '../support/servers.ts'
import { type Site, startSite } from '../support/site.ts'

/** A lease of 10 s that nobody could give back, and a look at the ledger after an outage of some seconds. */
const recovery = { timeout: 40_000, interval: 200 }

const cutAll = `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'paycoupon'`

describe('the ledger goes away in the middle of a campaign of 20 coupons', { timeout: 90_000 }, () => {
  let postgres: TestServer
  let redis: TestServer
  let shop: SandboxShop
  let site: Site
  let loop: ReturnType<typeof openDeliveryLoop>
  let repair: ReturnType<typeof openGateRepair>
  let campaign: Campaign

  beforeAll(async () => {
    // As in production, what is committed is on disk: here a crash must lose nothing.
    postgres = await startPostgres({ fsync: true })
    redis = await startRedis()
    const db = await openDatabase({ url: postgres.url, dataDir: '' })
    await migrate(db)
    await db.destroy()
    shop = await openShop({ wechat: 'sandbox', config: { databaseUrl: postgres.url, redisUrls: [redis.url] } })
    site = await startSite(shop.services)
    loop = openDeliveryLoop(shop.services)
    loop.start()
    // A place whose transaction was cut is unknown until the repair has looked twice.
    repair = openGateRepair(shop.services)
    repair.start()
  }, 60_000)
  afterAll(async () => {
    await loop.stop()
    await repair.stop()
    await site[Symbol.asyncDispose]()
    await shop[Symbol.asyncDispose]()
    await Promise.all([postgres.stop(), redis.stop()])
  })
  beforeEach(async () => {
    campaign = await shop.campaign({ limits: { per_member: 1, total: 20 } })
  })

  function visitors(name: string, count: number): Promise<Visitor[]> {
    const openids = Array.from({ length: count }, (_, turn) => shop.member(`${campaign.slug}-${name}-${turn}`))
    return Promise.all(openids.map((openid) => visit(site, shop.merchant, campaign, openid)))
  }
  const tapAll = (who: Visitor[]): Promise<Tap[]> => Promise.all(who.map((one) => one.tap()))

  /**
   * Everybody taps until told something that lasts (that all is gone is true once 20 grants stand in the ledger); then
   * nothing is owed any more, and 20 of them have one coupon each.
   */
  async function everybodyIsServed(who: Visitor[]): Promise<void> {
    const { services, sandbox } = shop
    let waiting = who
    await vi.waitFor(async () => {
      const taps = await tapAll(waiting)
      for (const tap of taps) expect([200, 503]).toContain(tap.httpStatus)
      waiting = waiting.filter((_, turn) => taps[turn]?.grant_id === undefined)
      expect(waiting).toHaveLength(who.length - 20)
      expect(tally(await tapAll(waiting))).toEqual({ sold_out: waiting.length })
    }, recovery)
    const coupons = () =>
      services.db
        .selectFrom('coupons as c')
        .innerJoin('grants as g', 'g.id', 'c.grant_id')
        .select(['c.state', 'c.out_request_no', 'c.coupon_id', 'c.openid'])
        .where('g.campaign_id', '=', campaign.id)
        .execute()
    await vi.waitFor(async () => {
      expect((await coupons()).map((coupon) => coupon.state)).toEqual(Array(20).fill('sent'))
    }, recovery)

    const openids = new Set(who.map((one) => one.openid))
    const numbers = sandbox.control.numbers().filter((number) => openids.has(number.openid))
    expect(numbers.map((number) => number.outRequestNo).toSorted()).toEqual(
      (await coupons()).map((coupon) => coupon.out_request_no).toSorted(),
    )
    const given = sandbox.control.coupons().filter((coupon) => openids.has(coupon.openid))
    expect(new Set(given.map((coupon) => coupon.openid)).size).toBe(20)
    expect(given).toHaveLength(20)
    expect(await prove(services)).toMatchObject({ ok: true, failures: [] })
  }

  async function everyTapIsPutOff(who: Visitor[]): Promise<void> {
    for (const one of who) {
      const page = await one.tapForPage()
      expect(page.status).toBe(503)
      expect(page.text).toContain('稍等片刻再试')
      expect(page.text).toContain(page.headers.get('x-request-id'))
    }
    expect((await site.operator().get('/healthz')).status).toBe(200)
    await ready(503)
  }
  const ready = (status = 200) =>
    vi.waitFor(async () => expect((await site.operator().get('/readyz')).status).toBe(status), recovery)

  test('PostgreSQL is killed while 24 members tap', async () => {
    const [crowd, latecomers] = [await visitors('crowd', 24), await visitors('late', 2)]
    const sends = shop.sandbox.control.countCalls('send')
    const underWay = tapAll(crowd)
    await vi.waitFor(() => expect(shop.sandbox.control.countCalls('send')).toBeGreaterThan(sends), recovery)
    await postgres.kill()
    for (const tap of await underWay) expect([200, 503]).toContain(tap.httpStatus)
    await everyTapIsPutOff(latecomers)
    await postgres.start()
    await ready()
    await everybodyIsServed(crowd)
  })

  test('PostgreSQL is restarted between taps', async () => {
    const [early, late] = [await visitors('early', 12), await visitors('late', 12)]
    expect(tally(await tapAll(early))).toEqual({ sent: 12 })
    await postgres.restart()
    await everybodyIsServed([...early, ...late])
  })

  test('every connection is cut again and again while 24 members tap', async () => {
    const crowd = await visitors('crowd', 24)
    let tapping = true
    const cutting = (async () => {
      while (tapping) await administer(postgres.url, cutAll)
    })()
    for (const tap of await tapAll(crowd)) expect([200, 503]).toContain(tap.httpStatus)
    tapping = false
    await cutting
    await everybodyIsServed(crowd)
  })

  test('PostgreSQL takes no writes for a while, as after a failover', async () => {
    // No more than there are places: a 21st could be told that all is gone while 20 are being tried.
    const [crowd, latecomers] = [await visitors('crowd', 20), await visitors('late', 4)]
    const readOnly = async (state: 'on' | 'off') => {
      await administer(postgres.url, `alter system set default_transaction_read_only = ${state}`)
      await administer(postgres.url, 'select pg_reload_conf()')
      const now = `do $$ begin assert current_setting('transaction_read_only') = '${state}'; end $$`
      await vi.waitFor(() => administer(postgres.url, now), recovery)
      await administer(postgres.url, cutAll)
    }
    await readOnly('on')
    for (const tap of await tapAll(crowd)) expect(tap).toMatchObject({ httpStatus: 503 })
    const newcomer = site.phone()
    const authorized = await fetch((await newcomer.get('/m/demo/coupons')).location, { redirect: 'manual' })
    const callback = authorized.headers.get('location') ?? ''
    expect((await newcomer.get(callback)).status).toBe(503)
    await visitors('reader', 2)
    await readOnly('off')
    await ready()
    // The code was spent, but who came in the middle of a login need not begin anew: reloading is enough, once the
    // connections that were cut are replaced.
    await vi.waitFor(async () => expect((await newcomer.get(callback)).location).toBe('/m/demo/coupons'), recovery)
    expect((await newcomer.get('/m/demo/coupons')).status).toBe(200)
    await everybodyIsServed([...crowd, ...latecomers])
  })

  test('Redis and PostgreSQL are killed together', async () => {
    const [crowd, latecomers] = [await visitors('crowd', 24), await visitors('late', 2)]
    const underWay = tapAll(crowd)
    await Promise.all([postgres.kill(), redis.kill()])
    for (const tap of await underWay) expect([200, 503]).toContain(tap.httpStatus)
    await everyTapIsPutOff(latecomers)
    await Promise.all([postgres.start(), redis.start()])
    await ready()
    await everybodyIsServed(crowd)
  })
})
