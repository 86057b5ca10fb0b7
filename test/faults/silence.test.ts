import { inject, expect, onTestFinished, test, vi } from 'vitest'
import { prove } from '../../src/doctor/proof/proof.ts'
import { openDatabase } from '../../src/plumbing/storage/database.ts'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import { createTestDatabase } from '../support/database.ts'
import { openShop } from '../support/shop.ts'
import { visit } from '../support/members.ts'
import { startSite } from '../support/site.ts'
import { openWire } from '../support/wire.ts'

/** What hangs on a dead connection is given up after some 18 s; then it goes on by new ones. */
const recovery = { timeout: 60_000, interval: 200 }

test(
  'PostgreSQL falls silent without a word: every tap is answered, nothing is lost, and it goes on by itself',
  { timeout: 120_000 },
  async () => {
    const database = await createTestDatabase(inject('templateDatabase'))
    onTestFinished(() => database.drop())
    await using wire = await openWire(database.url)
    await using shop = await openShop({ wechat: 'sandbox', config: { databaseUrl: wire.url } })
    await using site = await startSite(shop.services)
    const loop = openDeliveryLoop(shop.services)
    loop.start()
    const campaign = await shop.campaign({ limits: { per_member: 1, total: 20 } })
    const openids = Array.from({ length: 24 }, (_, turn) => shop.member(`silence-${turn}`))
    const crowd = await Promise.all(openids.map((openid) => visit(site, shop.merchant, campaign, openid)))

    const underWay = Promise.all(crowd.map((one) => one.tap()))
    await vi.waitFor(() => expect(shop.sandbox.control.countCalls('send')).toBeGreaterThan(0), recovery)
    wire.goDead()
    for (const tap of await underWay) expect([200, 503]).toContain(tap.httpStatus)
    await vi.waitFor(async () => expect((await site.operator().get('/readyz')).status).toBe(503), recovery)
    expect((await site.operator().get('/healthz')).status).toBe(200)

    wire.mend()
    let waiting = crowd
    await vi.waitFor(async () => {
      const taps = await Promise.all(waiting.map((one) => one.tap()))
      waiting = waiting.filter((_, turn) => taps[turn]?.grant_id === undefined)
      expect(waiting).toHaveLength(4)
    }, recovery)
    const db = await openDatabase({ url: database.url, dataDir: '' })
    onTestFinished(() => db.destroy())
    const states = async () => (await db.selectFrom('coupons').select('state').execute()).map((one) => one.state)
    await vi.waitFor(async () => expect(await states()).toEqual(Array(20).fill('sent')), recovery)
    await loop.stop()
    expect(shop.sandbox.control.numbers()).toHaveLength(20)
    expect(shop.sandbox.control.coupons()).toHaveLength(20)
    expect(await prove({ ...shop.services, db })).toMatchObject({ ok: true, failures: [] })
  },
)
