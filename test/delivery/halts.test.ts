import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { award } from '../../src/grants/award.ts'
import { waitingFor } from '../../src/claims/claim-answer.ts'
import { findGrant } from '../../src/grants/grants.ts'
import { retryGrants } from '../../src/grants/retry.ts'
import { raiseHalt, whyHalted } from '../../src/delivery/halts.ts'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import { outcomeNamed } from '../../src/ledger/outcomes/outcomes.ts'
import { sendAgain } from '../../src/delivery/send-again.ts'
import { aCampaign, aStock, senderOf } from '../support/builders.ts'
import { type DeliveryRoom, openDeliveryRoom } from './delivery-room.ts'
import type { SendAnswer } from './send-script.ts'

const notEnough: SendAnswer = { status: 403, code: 'NOT_ENOUGH', message: '批次预算不足' }
const notBound: SendAnswer = { status: 400, code: 'APPID_MCHID_NOT_MATCH', message: '商户号与appid不匹配' }
const notFound: SendAnswer = { status: 404, code: 'RESOURCE_NOT_EXISTS', message: '批次不存在' }
const notListed: SendAnswer = { status: 403, code: 'REQUEST_BLOCKED', message: '商户无权发券' }
const abnormal: SendAnswer = { status: 403, code: 'USER_ACCOUNT_ABNORMAL', message: '用户非法' }

const minute = 60_000
let room: DeliveryRoom
beforeAll(async () => void (room = await openDeliveryRoom()))
afterAll(() => room[Symbol.asyncDispose]())
beforeEach(() => room.clear())

const drain = () => openDeliveryLoop(room.services).drain()
const states = async (rows: string[]) => Promise.all(rows.map(async (row) => (await room.coupon(row)).state))
const oweSome = async (count: number) => {
  const rows: string[] = []
  for (let index = 0; index < count; index += 1) rows.push(await room.owe())
  return rows
}
/** Halts are read at most a second old; another raise or lift forgets them. */
const allHalts = () => room.services.db.selectFrom('halts').selectAll().orderBy('id').execute()

describe('a halted stock', () => {
  test('keeps its coupons owed, probes by itself, and delivers everything when the cause is gone', async () => {
    room.wechat.otherwise = notFound
    const rows = await oweSome(5)
    await drain()
    expect(await states(rows)).toEqual(Array(5).fill('reserved'))
    const [halt] = await room.halts()
    expect(halt).toMatchObject({ cause: 'stock_not_found', code: 'RESOURCE_NOT_EXISTS', probes: 0 })

    const before = room.wechat.calls.length
    await drain()
    expect(room.wechat.calls).toHaveLength(before)

    room.clock.advance(minute)
    await drain()
    expect(room.wechat.calls).toHaveLength(before + 1)
    const [pushed] = await room.halts()
    expect(pushed).toMatchObject({ id: halt!.id, probes: 1 })
    expect(pushed!.probe_at.getTime() - room.clock.now().getTime()).toBeGreaterThan(40_000)

    room.wechat.otherwise = 'commit'
    room.clock.advance(2 * minute)
    await drain()
    expect(await states(rows)).toEqual(Array(5).fill('sent'))
    expect(await room.halts()).toEqual([])
    expect(await allHalts()).toMatchObject([{ lifted_by: 'probe' }])
    expect(room.wechat.coupons.size).toBe(5)
  })

  test('is lifted by a member whom WeChat refuses for reasons of his own', async () => {
    room.wechat.otherwise = notFound
    const rows = await oweSome(2)
    await drain()
    room.wechat.otherwise = 'commit'
    room.wechat.next = [abnormal]
    room.clock.advance(minute)
    await drain()
    expect((await states(rows)).toSorted()).toEqual(['refused', 'sent'])
    expect(await room.halts()).toEqual([])
  })

  test('learns nothing from a passing fault and probes again soon', async () => {
    room.wechat.otherwise = notFound
    await oweSome(1)
    await drain()
    room.wechat.otherwise = { status: 502, page: '<html>', signed: false }
    room.clock.advance(minute)
    await drain()
    const [halt] = await room.halts()
    expect(halt!.cause).toBe('stock_not_found')
    expect(halt!.probe_at.getTime() - room.clock.now().getTime()).toBeLessThan(15_000)
  })

  test('takes the newest cause that WeChat names', async () => {
    room.wechat.otherwise = notFound
    await oweSome(1)
    await drain()
    room.wechat.otherwise = notListed
    room.clock.advance(minute)
    await drain()
    expect(await room.halts()).toMatchObject([{ cause: 'sender_not_listed' }])
  })

  test('does not stop another stock of the same account', async () => {
    const other = await aStock(room.services, room.merchant)
    const campaign = await aCampaign(room.services, other)
    room.wechat.otherwise = (call) => (call.stockId === other.stock_id ? 'commit' : notFound)
    const [halted] = await oweSome(1)
    await drain()
    const free = await room.owe('another openid', campaign)
    await drain()
    expect(await states([halted!, free])).toEqual(['reserved', 'sent'])
  })

  test('with nothing left to probe by is lifted, so that the next claim finds out', async () => {
    room.wechat.otherwise = notEnough
    const [row] = await oweSome(1)
    await drain()
    await room.services.db.updateTable('coupons').set({ state: 'refused' }).where('id', '=', row!).execute()
    room.clock.advance(10 * minute)
    await drain()
    expect(await room.halts()).toEqual([])
  })

  test('never sends what is held on purpose, neither as a probe nor when it is lifted', async () => {
    const { services, merchant, campaign, clock } = room
    const at = clock.now()
    const dueAt = new Date(at.getTime() + 60 * minute)
    const triggerKey = `link/held/${randomUUID()}`
    const held = await award(services, {
      merchant,
      campaign,
      openid: 'held',
      triggerKey,
      coupons: campaign.coupons,
      at,
      dueAt,
    })
    room.wechat.otherwise = notFound
    const [row] = await oweSome(1)
    await drain()
    room.wechat.otherwise = 'commit'
    clock.advance(minute)
    await drain()
    const heldRow = held.kind === 'granted' ? held.coupons[0]!.id : ''
    expect(await states([row!, heldRow])).toEqual(['sent', 'reserved'])
    expect((await room.coupon(heldRow)).due_at).toEqual(dueAt)
  })
})

describe('a halted account', () => {
  test('stops all its stocks, until one send goes through', async () => {
    const campaign = await aCampaign(room.services, await aStock(room.services, room.merchant))
    room.wechat.otherwise = notBound
    const [first] = await oweSome(1)
    await drain()
    const second = await room.owe('another openid', campaign)
    const calls = room.wechat.calls.length
    await drain()
    expect(room.wechat.calls).toHaveLength(calls)

    room.wechat.otherwise = 'commit'
    room.clock.advance(minute)
    await drain()
    expect(await states([first!, second])).toEqual(['sent', 'sent'])
  })

  test('is lifted when WeChat has come as far as finding fault with the stock', async () => {
    room.wechat.otherwise = notBound
    await oweSome(1)
    await drain()
    room.wechat.otherwise = notFound
    room.clock.advance(minute)
    await drain()
    expect(await room.halts()).toMatchObject([{ cause: 'stock_not_found', stock_ref: room.stock.id }])
  })
})

describe('for those who ask', () => {
  test('a member hears "sold out" only where the budget is gone; else the coupon waits', async () => {
    const { services, stock, merchant } = room
    const accountId = senderOf(merchant).id
    const coupon = { merchantId: merchant.id, accountId, stockRef: stock.id }
    expect(await whyHalted(services, accountId, stock.id)).toBeUndefined()
    await raiseHalt(services, coupon, { row: outcomeNamed('stock_budget_exhausted'), evidence: {} })
    expect(await whyHalted(services, accountId, stock.id)).toBe('sold_out')
    await raiseHalt(services, coupon, { row: outcomeNamed('stock_not_found'), evidence: {} })
    expect(await whyHalted(services, accountId, stock.id)).toBe('pending')
  })

  test('a member whose coupon was never tried reads what it waits for', async () => {
    room.wechat.otherwise = notEnough
    await oweSome(1)
    await drain()
    const [row] = await oweSome(1)
    const grant = await findGrant(room.services.db, room.merchant.id, (await room.coupon(row!)).grant_id)
    expect(await room.coupon(row!)).toMatchObject({ reason: null, attempts: 0 })
    expect(waitingFor(grant!.coupons)).toBe('优惠券已发完，名额为您保留，商家补充后自动发放')
  })

  test('an operator who sends again lifts the halt that the grant meets and tries at once', async () => {
    room.wechat.otherwise = notBound
    const [row, other] = await oweSome(2)
    await drain()
    room.wechat.otherwise = 'commit'
    const { grant_id } = await room.coupon(row!)
    expect(await sendAgain(room.services, grant_id, 'operator')).toMatchObject([{ state: 'sent' }])
    expect(await allHalts()).toMatchObject([{ lifted_by: 'operator' }])
    await drain()
    expect(await states([row!, other!])).toEqual(['sent', 'sent'])
    expect(await sendAgain(room.services, grant_id, 'operator')).toEqual([])
  })

  test('an operator who sends again leaves alone what a campaign holds back, and says until when', async () => {
    const { services, merchant, campaign, clock } = room
    const at = clock.now()
    const dueAt = new Date(at.getTime() + 60 * minute)
    const triggerKey = `link/held/${randomUUID()}`
    const wanted = { merchant, campaign, openid: 'held back', triggerKey, coupons: campaign.coupons, at, dueAt }
    const held = await award(services, wanted)
    const grantId = held.kind === 'granted' ? held.grantId : ''
    expect(await retryGrants(services, [grantId])).toMatchObject([
      { status: 'pending', message: `waiting: due at ${dueAt.toISOString()}` },
    ])
    expect(room.wechat.calls).toEqual([])
    clock.advance(60 * minute)
    expect(await retryGrants(services, [grantId])).toMatchObject([{ status: 'sent' }])
  })

  test('an operator cannot send what is being sent at this moment', async () => {
    const [row] = await oweSome(1)
    const { grantId } = await room.lease(row!)
    expect(await sendAgain(room.services, grantId, 'operator')).toEqual([undefined])
    expect(room.wechat.calls).toEqual([])
  })
})

test('several processes probe a halt once', async () => {
  room.wechat.otherwise = notFound
  await oweSome(3)
  await drain()
  await using second = await room.anotherProcess('second')
  const calls = room.wechat.calls.length
  room.clock.advance(minute)
  await Promise.all([drain(), openDeliveryLoop(second).drain()])
  expect(room.wechat.calls).toHaveLength(calls + 1)
})
