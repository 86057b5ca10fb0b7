import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { openGateRepair } from '../../src/gate/gate-repair.ts'
import { prove } from '../../src/doctor/proof/proof.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'
import { tally, type Tap, visit, type Visitor } from '../support/members.ts'
import { startRedis, type TestServer } from '../support/servers.ts'
import type { Services } from '../../src/services.ts'
import { type Site, startSite } from '../support/site.ts'

/** A reconnecting client looks again every second at the latest. */
const recovery = { timeout: 20_000, interval: 100 }

describe('a campaign of 20 coupons, 12 of them claimed, over two processes on one Redis', { timeout: 60_000 }, () => {
  let redis: TestServer
  let shop: SandboxShop
  let other: Services & AsyncDisposable
  let sites: Site[]
  let campaign: Campaign
  /** Who has claimed, with the grant of each. */
  let early: Map<Visitor, string | undefined>

  beforeEach(async () => {
    redis = await startRedis()
    shop = await openShop({ wechat: 'sandbox', config: { redisUrls: [redis.url] } })
    other = await shop.anotherProcess('the other')
    sites = [await startSite(shop.services), await startSite(other)]
    campaign = await shop.campaign({ limits: { per_member: 1, total: 20 } })
    early = new Map()
  })
  afterEach(async () => {
    for (const site of sites) await site[Symbol.asyncDispose]()
    await other[Symbol.asyncDispose]()
    await shop[Symbol.asyncDispose]()
    await redis.stop()
  })

  async function visitors(name: string, count: number): Promise<Visitor[]> {
    const opened = Array.from({ length: count }, (_, turn) =>
      visit(sites[turn % 2] as Site, shop.merchant, campaign, shop.member(`${name}-${turn}`)),
    )
    return Promise.all(opened)
  }
  const tapAll = (who: Visitor[]): Promise<Tap[]> => Promise.all(who.map((one) => one.tap()))
  async function claimEarly(count: number): Promise<void> {
    const more = await visitors(`early-${early.size}`, count)
    const taps = await tapAll(more)
    expect(tally(taps)).toEqual({ sent: count })
    more.forEach((one, turn) => early.set(one, taps[turn]?.grant_id))
  }
  const coupons = () => shop.sandbox.control.coupons().length
  const answers = async () => {
    const client = shop.services.redis as Redis
    const beside = other.redis as Redis
    await vi.waitFor(async () => expect([await client.ping(), await beside.ping()]).toEqual(['PONG', 'PONG']), recovery)
  }

  /** Those who were told to come later do so, until everybody has a word that lasts. */
  async function tapUntilAnswered(who: Visitor[]): Promise<Tap[]> {
    const answered: Tap[] = []
    let waiting = who
    await vi.waitFor(async () => {
      const taps = await tapAll(waiting)
      for (const tap of taps) expect([200, 503]).toContain(tap.httpStatus)
      answered.push(...taps.filter((tap) => tap.httpStatus === 200))
      waiting = waiting.filter((_, turn) => taps[turn]?.httpStatus === 503)
      expect(waiting).toEqual([])
    }, recovery)
    return answered
  }

  /** Exactly 20 coupons of WeChat, one a member, and the ledger says so. */
  async function everyLimitHeld(): Promise<void> {
    expect(coupons()).toBe(20)
    expect(new Set(shop.sandbox.control.coupons().map((coupon) => coupon.openid)).size).toBe(20)
    expect(await prove(shop.services)).toMatchObject({ ok: true, failures: [] })
  }

  /** Every one of them is led to the grant of before; nobody gets another coupon. */
  async function whoClaimedIsStillTold(): Promise<void> {
    const again = await tapUntilAnswered([...early.keys()])
    expect(again.map((tap) => tap.grant_id).toSorted()).toEqual([...early.values()].toSorted())
    expect(coupons()).toBe(early.size)
  }

  test('Redis is emptied: who claimed is still told so, and 8 of the next 16 get the rest', async () => {
    await claimEarly(12)
    await (shop.services.redis as Redis).flushall()
    await whoClaimedIsStillTold()
    expect(tally(await tapAll(await visitors('late', 16)))).toEqual({ sent: 8, sold_out: 8 })
    await everyLimitHeld()
  })

  test('Redis is emptied again and again while 40 members tap: 20 get a coupon', async () => {
    const crowd = await visitors('crowd', 40)
    const client = shop.services.redis as Redis
    let tapping = true
    const emptying = (async () => {
      while (tapping) await client.flushall()
    })()
    const taps = await tapUntilAnswered(crowd)
    tapping = false
    await emptying
    expect(tally(taps)).toEqual({ sent: 20, sold_out: 20 })
    await everyLimitHeld()
  })

  test('Redis comes back with old data: nothing is given twice', async () => {
    await claimEarly(6)
    await (shop.services.redis as Redis).save()
    await claimEarly(6)
    await redis.kill()
    await redis.start()
    await answers()
    await whoClaimedIsStillTold()
    expect(tally(await tapAll(await visitors('late', 16)))).toEqual({ sent: 8, sold_out: 8 })
    await everyLimitHeld()
  })

  test('Redis is slow: 20 of 40 members get a coupon all the same', async () => {
    const crowd = await visitors('crowd', 40)
    let tapping = true
    const slowing = (async () => {
      const aside = new Redis(redis.url)
      while (tapping) {
        await aside.client('PAUSE', 300)
        await aside.ping()
      }
      aside.disconnect()
    })()
    const taps = await tapUntilAnswered(crowd)
    tapping = false
    await slowing
    expect(tally(taps)).toEqual({ sent: 20, sold_out: 20 })
    await everyLimitHeld()
  })

  test('Redis freezes: every tap is answered by the ledger or told to come later', async () => {
    await claimEarly(12)
    const [before, after] = [await visitors('late', 16), await visitors('later', 8)]
    await redis.pause()
    await whoClaimedIsStillTold()
    expect(tally(await tapUntilAnswered(before))).toEqual({ sent: 8, sold_out: 8 })
    await redis.resume()
    await answers()
    // The frozen Redis carries out late what it was asked: places that no grant took.
    expect(tally(await tapAll(after))).toEqual({ sold_out: 8 })
    await everyLimitHeld()
  })

  test('places that a frozen Redis took late are found and given to others', async () => {
    await claimEarly(12)
    const next = await visitors('next', 4)
    await redis.pause()
    expect(tally(await tapUntilAnswered(next))).toEqual({ sent: 4 })
    await redis.resume()
    await answers()
    const repair = openGateRepair(shop.services)
    const last = await visitors('last', 4)
    let waiting = last
    await vi.waitFor(async () => {
      await repair.tick()
      const taps = await tapAll(waiting)
      waiting = waiting.filter((_, turn) => taps[turn]?.status !== 'sent')
      expect(waiting).toEqual([])
    }, recovery)
    await everyLimitHeld()
  })

  test('Redis is gone for good: the campaign goes on by the ledger', async () => {
    await claimEarly(12)
    await redis.kill()
    await whoClaimedIsStillTold()
    expect(tally(await tapUntilAnswered(await visitors('late', 16)))).toEqual({ sent: 8, sold_out: 8 })
    await everyLimitHeld()
  })

  test('Redis is gone and comes back empty: the crowd is held back by it again', async () => {
    await claimEarly(12)
    await redis.kill()
    expect(tally(await tapUntilAnswered(await visitors('meanwhile', 4)))).toEqual({ sent: 4 })
    await redis.start()
    await answers()
    expect(tally(await tapAll(await visitors('late', 8)))).toEqual({ sent: 4, sold_out: 4 })
    const believed = await shop.services.gate.believes(shop.merchant.id, `campaign/${campaign.id}/total`)
    expect(believed).toMatchObject({ high: 20, free: [] })
    await everyLimitHeld()
  })
})
