import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { leaseDue } from '../../src/ledger/lease.ts'
import { openDatabase } from '../../src/plumbing/storage/database.ts'
import { liftHalt, raiseHalt, activeHalt } from '../../src/delivery/halts.ts'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import { outcomeNamed } from '../../src/ledger/outcomes/outcomes.ts'
import { probeHalts } from '../../src/delivery/probes.ts'
import { send } from '../../src/delivery/sender.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import { aCampaign, aMerchant, aStock, senderOf } from '../support/builders.ts'
import { manyOwed } from '../support/many-owed.ts'
import { type DeliveryRoom, openDeliveryRoom } from './delivery-room.ts'
import type { SendAnswer } from './send-script.ts'

const notFound: SendAnswer = { status: 404, code: 'RESOURCE_NOT_EXISTS', message: '批次不存在' }
const notBound: SendAnswer = { status: 400, code: 'APPID_MCHID_NOT_MATCH', message: '商户号与appid不匹配' }
const hands = 256
const longerThanAnyPauseMs = 3_600_000
/** Ten times what it may take, and only so that nothing hangs for ever. */
const hang = { timeout: 20_000, interval: 20 }

let room: DeliveryRoom
beforeAll(async () => void (room = await openDeliveryRoom()))
afterAll(() => room[Symbol.asyncDispose]())
beforeEach(() => room.clear())

const drain = () => openDeliveryLoop(room.services).drain()
const halt = (cause: string, { services, merchant, stock } = room) =>
  raiseHalt(
    services,
    { merchantId: merchant.id, accountId: senderOf(merchant).id, stockRef: stock.id },
    { row: outcomeNamed(cause), evidence: {} },
  )
const bySender = async () => {
  const leased = await room.services.ledger.leaseDue(hands)
  return (merchant: Merchant) => leased.filter((coupon) => coupon.merchantId === merchant.id)
}

describe('nobody waits for a stranger', () => {
  test('one coupon behind 6,000 of another merchant is in the very next look', async () => {
    const big = await aMerchant(room.services)
    await manyOwed(room.services, big, await aStock(room.services, big), { count: 6_000 })
    await room.owe()
    const of = await bySender()
    expect(of(room.merchant)).toHaveLength(1)
    expect(of(big).length).toBeGreaterThan(100)
  })

  test('it is sent while the worker still has thousands of the other’s to send', async () => {
    const big = await aMerchant(room.services)
    await room.trust(big)
    const crowd = await aStock(room.services, big)
    await manyOwed(room.services, big, crowd, { count: 6_000 })
    const loop = openDeliveryLoop(room.services)
    loop.start()
    await vi.waitFor(() => expect(room.wechat.calls.length).toBeGreaterThan(300), hang)
    const own = await room.owe()
    await vi.waitFor(async () => expect(await room.coupon(own)).toMatchObject({ state: 'sent' }), hang)
    await loop.stop()
    const left = await room.services.db
      .selectFrom('coupons')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('merchant_id', '=', big.id)
      .where('state', '=', 'reserved')
      .executeTakeFirstOrThrow()
    expect(left.count).toBeGreaterThan(1_000)
  })

  test('a slow account takes only the hands that it can use', async () => {
    const slow = await aMerchant(room.services, { sendsPerSecond: 10 })
    await manyOwed(room.services, slow, await aStock(room.services, slow), { count: 1_000 })
    const of = await bySender()
    expect(of(slow)).toHaveLength(5)
  })

  test('workers that look at once each take a share: a look locks no more than it takes', async () => {
    const slow = await aMerchant(room.services, { sendsPerSecond: 10 })
    await manyOwed(room.services, slow, await aStock(room.services, slow), { count: 60 })
    const looks = await Promise.all(Array.from({ length: 8 }, () => room.services.ledger.leaseDue(hands)))
    expect(looks.map((leased) => leased.length)).toEqual(Array(8).fill(5))
    expect(new Set(looks.flat().map((coupon) => coupon.id)).size).toBe(40)
  })

  test('a merchant with more weight has more of the hands', async () => {
    const [light, heavy] = [await aMerchant(room.services), await aMerchant(room.services)]
    await room.services.db.updateTable('merchants').set({ weight: 3 }).where('id', '=', heavy.id).execute()
    for (const merchant of [light, heavy]) {
      await manyOwed(room.services, merchant, await aStock(room.services, merchant), { count: 300 })
    }
    const of = await bySender()
    expect(of(light)).toHaveLength(64)
    expect(of(heavy)).toHaveLength(192)
  })
})

describe('a halt closes its lane', () => {
  test('coupons under it cost a look nothing', async () => {
    // On a ledger of its own: what other tests leave behind is read by a look as well.
    await using quiet = await openDeliveryRoom()
    const { services, merchant, stock } = quiet
    await manyOwed(services, merchant, stock, { count: 20_000, dueAgoMs: 7_200_000 })
    await manyOwed(services, merchant, await aStock(services, merchant), { count: 5 })
    await halt('stock_not_found', quiet)
    const { databaseUrl, dataDir } = services.config
    const db = await openDatabase({ url: databaseUrl, dataDir, connections: 1 })
    const read = async () => {
      await sql`select pg_stat_force_next_flush()`.execute(db)
      const { rows } = await sql<{ read: number }>`
        select (seq_tup_read + (select sum(idx_tup_read) from pg_stat_user_indexes i where i.relid = t.relid))::int as read
        from pg_stat_user_tables t where relname = 'coupons'`.execute(db)
      return rows[0]!.read
    }
    const before = await read()
    expect(await leaseDue(db, quiet.clock, hands)).toHaveLength(5)
    expect((await read()) - before).toBeLessThan(100)
    await db.destroy()
  })

  test('lifting it writes no coupon, and all of them are due as they were', async () => {
    await manyOwed(room.services, room.merchant, room.stock, { count: 2_000 })
    await halt('stock_not_found')
    const versions = () =>
      sql<{ row: string }>`select id || xmin::text || due_at as row from coupons order by id`.execute(room.services.db)
    const before = (await versions()).rows
    expect(await room.services.ledger.leaseDue(hands)).toEqual([])
    await liftHalt(room.services, (await room.halts())[0]!.id, 'operator')
    expect((await versions()).rows).toEqual(before)
    expect((await room.services.ledger.leaseDue(hands)).length).toBeGreaterThan(200)
  })

  test('a coupon that meets it keeps its time and goes out when it is lifted', async () => {
    const row = await room.owe()
    const { due_at: dueAt } = await room.coupon(row)
    const leased = await room.lease(row)
    await halt('stock_not_found')
    await send(room.services, leased, { timeoutMs: 1_000, patienceMs: 1_000 })
    expect(await room.coupon(row)).toMatchObject({ due_at: dueAt, reason: 'stock_not_found', attempts: 0 })
    await liftHalt(room.services, (await room.halts())[0]!.id, 'operator')
    await drain()
    expect(await room.coupon(row)).toMatchObject({ state: 'sent' })
  })

  test('one that another process lifted is forgotten at the next look', async () => {
    await using second = await room.anotherProcess('second')
    await halt('stock_not_found')
    const row = await room.owe()
    expect(await activeHalt(room.services, senderOf(room.merchant).id, room.stock.id)).toBeDefined()
    await liftHalt(second, (await room.halts())[0]!.id, 'operator')
    await openDeliveryLoop(room.services).drain()
    expect(await room.coupon(row)).toMatchObject({ state: 'sent', attempts: 1 })
  })
})

describe('probing', () => {
  test('takes one coupon of the lane, and another stock’s goes on meanwhile', async () => {
    const other = await aCampaign(room.services, await aStock(room.services, room.merchant))
    room.wechat.otherwise = (call) => (call.stockId === room.stock.stock_id ? notFound : 'commit')
    for (let waiting = 0; waiting < 3; waiting += 1) await room.owe()
    await drain()
    room.wechat.calls.length = 0
    const another = await room.owe('another', other)
    room.clock.advance(60_000)
    await drain()
    expect(room.wechat.calls.filter((call) => call.stockId === room.stock.stock_id)).toHaveLength(1)
    expect(await room.coupon(another)).toMatchObject({ state: 'sent' })
  })

  test('while the account is halted its stocks’ halts are left alone', async () => {
    room.wechat.otherwise = notFound
    await room.owe()
    await drain()
    room.wechat.otherwise = notBound
    await halt('appid_not_bound')
    room.wechat.calls.length = 0
    for (let round = 0; round < 3; round += 1) {
      room.clock.advance(longerThanAnyPauseMs)
      await probeHalts(room.services)
    }
    const halts = await room.services.db.selectFrom('halts').selectAll().orderBy('id').execute()
    expect(halts).toMatchObject([
      { cause: 'stock_not_found', probes: 0 },
      { cause: 'appid_not_bound', probes: 3, lifted_at: null },
    ])
    expect(room.wechat.calls).toHaveLength(3)
  })

  test('of an account prefers a stock that has no halt of its own', async () => {
    const other = await aCampaign(room.services, await aStock(room.services, room.merchant))
    await room.owe()
    const free = await room.owe('another', other)
    await halt('stock_not_found')
    await halt('appid_not_bound')
    const probed = await room.services.ledger.leaseProbe({ account_id: senderOf(room.merchant).id, stock_ref: null })
    expect(probed?.id).toBe(free)
  })
})
