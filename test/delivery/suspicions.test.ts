import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { retryGrants } from '../../src/grants/retry.ts'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import { forgetObstacles } from '../../src/delivery/obstacles.ts'
import { aCampaign, aStock } from '../support/builders.ts'
import { type DeliveryRoom, openDeliveryRoom } from './delivery-room.ts'
import type { SendAnswer, Send } from './send-script.ts'

const strange: SendAnswer = { status: 403, code: 'REQUEST_BLOCKED', message: '没有见过的原因' }
const parameters: SendAnswer = { status: 400, code: 'PARAM_ERROR', message: '参数错误,请核对文档要求' }
const restricted: SendAnswer = { status: 403, code: 'RULE_LIMIT', message: '商户发券额度受限' }

const minute = 60_000
let room: DeliveryRoom
beforeAll(async () => void (room = await openDeliveryRoom()))
afterAll(() => room[Symbol.asyncDispose]())
beforeEach(() => room.clear())

const drain = () => openDeliveryLoop(room.services).drain()
const suspicions = () => room.services.db.selectFrom('suspicions').selectAll().execute()
/** WeChat says so to members whose openid begins with "odd". */
const oddly = (answer: SendAnswer) => (call: Send) => (call.openid.startsWith('odd') ? answer : 'commit')
let odd = 0
const oweOdd = () => room.owe(`odd ${(odd += 1)}`)

describe('an answer that may be the member’s own fault', () => {
  test('a member a minute whom WeChat refuses for a reason nobody knows delays nobody else', async () => {
    room.wechat.otherwise = oddly(strange)
    for (let round = 0; round < 12; round += 1) {
      await oweOdd()
      const others = [await room.owe(), await room.owe(), await room.owe()]
      await drain()
      for (const row of others) expect(await room.coupon(row)).toMatchObject({ state: 'sent', attempts: 1 })
      expect(await room.halts()).toEqual([])
      room.clock.advance(minute)
    }
  })

  test('is asked again after a minute and ten, then waits for an operator and halts nothing', async () => {
    room.wechat.otherwise = oddly(strange)
    const row = await oweOdd()
    await drain()
    room.clock.advance(40_000)
    await drain()
    expect(await room.coupon(row)).toMatchObject({ attempts: 1 })
    room.clock.advance(40_000)
    await drain()
    expect(await room.coupon(row)).toMatchObject({ attempts: 2, set_aside: false })
    room.clock.advance(15 * minute)
    await drain()
    expect(await room.coupon(row)).toMatchObject({ state: 'reserved', attempts: 3, set_aside: true })

    room.wechat.otherwise = 'commit'
    room.clock.advance(24 * 60 * minute)
    await drain()
    expect(await room.coupon(row)).toMatchObject({ state: 'reserved', attempts: 3 })
    expect(await room.halts()).toEqual([])
    expect(await retryGrants(room.services, [(await room.coupon(row)).grant_id])).toMatchObject([{ status: 'sent' }])
  })

  test('a RULE_LIMIT without its phrase refuses nobody; the first one is asked again after seconds', async () => {
    room.wechat.otherwise = oddly(restricted)
    const row = await oweOdd()
    await drain()
    expect((await room.coupon(row)).due_at.getTime() - room.clock.now().getTime()).toBeLessThan(5_000)
    expect(await suspicions()).toEqual([])
    room.clock.advance(5_000)
    await drain()
    expect(await room.coupon(row)).toMatchObject({ state: 'reserved', attempts: 2 })
    expect(await suspicions()).toHaveLength(1)
    room.wechat.otherwise = 'commit'
    room.clock.advance(15 * minute)
    await drain()
    expect(await room.coupon(row)).toMatchObject({ state: 'sent' })
  })
})

describe('the same answer to several members', () => {
  test('three within ten minutes halt the stock; those who come after keep their places and wait', async () => {
    room.wechat.otherwise = parameters
    await oweOdd()
    await oweOdd()
    await drain()
    expect(await room.halts()).toEqual([])
    await oweOdd()
    await drain()
    expect(await room.halts()).toMatchObject([{ cause: 'parameters_refused', stock_ref: room.stock.id }])

    const calls = room.wechat.calls.length
    const waiting = await room.owe()
    await drain()
    expect(room.wechat.calls).toHaveLength(calls)

    room.wechat.otherwise = 'commit'
    room.clock.advance(2 * minute)
    await drain()
    expect(await room.coupon(waiting)).toMatchObject({ state: 'sent' })
    expect(await room.halts()).toEqual([])
    expect(await suspicions()).toEqual([])
  })

  test('a coupon that meets it again is no new sign, even when several do so at once', async () => {
    room.wechat.otherwise = strange
    await oweOdd()
    await oweOdd()
    await drain()
    room.clock.advance(11 * minute)
    await oweOdd()
    await drain()
    expect(room.wechat.calls).toHaveLength(5)
    expect(await room.halts()).toEqual([])
  })

  test('one member three times is one member', async () => {
    const campaign = await aCampaign(room.services, room.stock, { limits: {} })
    room.wechat.otherwise = oddly(strange)
    for (let time = 0; time < 3; time += 1) {
      await room.owe('odd one', campaign)
      await drain()
    }
    expect(room.wechat.calls).toHaveLength(3)
    expect(await room.halts()).toEqual([])
  })

  test('different answers do not add up', async () => {
    for (const answer of [strange, parameters, { ...strange, code: 'SOMETHING_NEW' }] as SendAnswer[]) {
      room.wechat.next = [answer]
      await oweOdd()
      await drain()
    }
    expect(await suspicions()).toHaveLength(3)
    expect(await room.halts()).toEqual([])
  })

  test('neither do answers of different stocks, nor older ones', async () => {
    const other = await aCampaign(room.services, await aStock(room.services, room.merchant))
    room.wechat.otherwise = strange
    await oweOdd()
    await oweOdd()
    await room.owe('odd elsewhere', other)
    await drain()
    expect(await room.halts()).toEqual([])
    await room.services.db.updateTable('coupons').set({ set_aside: true }).execute()
    room.clock.advance(11 * minute)
    await oweOdd()
    await drain()
    expect(await room.halts()).toEqual([])
    expect(await suspicions()).toHaveLength(1)
  })

  test('a success of the stock between them clears it, also in another process', async () => {
    await using second = await room.anotherProcess('second')
    room.wechat.otherwise = oddly(strange)
    await oweOdd()
    await oweOdd()
    await drain()
    const good = await room.owe()
    await openDeliveryLoop(second).drain()
    expect(await room.coupon(good)).toMatchObject({ state: 'sent' })
    expect(await suspicions()).toEqual([])
    room.clock.advance(1)
    await oweOdd()
    await drain()
    expect(await room.halts()).toEqual([])
  })

  test('so does one of a process that has not heard of them yet', async () => {
    await using second = await room.anotherProcess('second')
    room.wechat.otherwise = oddly(strange)
    forgetObstacles(room.services)
    await room.owe()
    await drain()
    await oweOdd()
    await oweOdd()
    await openDeliveryLoop(second).drain()
    room.clock.advance(1)
    await room.owe()
    await drain()
    room.clock.advance(1)
    await oweOdd()
    await drain()
    expect(await room.halts()).toEqual([])
  })

  test('a success costs no query more when nobody met such an answer', async () => {
    const asked: string[] = []
    const watched = room.services.db.withPlugin({
      transformQuery: ({ node }) => {
        asked.push(node.kind)
        return node
      },
      transformResult: ({ result }) => Promise.resolve(result),
    })
    await room.owe()
    await openDeliveryLoop({ ...room.services, db: watched }).drain()
    expect(room.wechat.coupons.size).toBe(1)
    expect(asked).not.toContain('DeleteQueryNode')
  })
})
