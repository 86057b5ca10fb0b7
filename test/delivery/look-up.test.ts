import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { retryGrants } from '../../src/grants/retry.ts'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import { aCampaign } from '../support/builders.ts'
import { type DeliveryRoom, openDeliveryRoom } from './delivery-room.ts'
import type { SendAnswer } from './send-script.ts'

let room: DeliveryRoom
beforeAll(async () => void (room = await openDeliveryRoom()))
afterAll(() => room[Symbol.asyncDispose]())
beforeEach(() => room.clear())

const dayMs = 24 * 3_600_000
const limitReached: SendAnswer = { status: 403, code: 'RULE_LIMIT', message: '用户已达最大领券次数' }
const abnormal: SendAnswer = { status: 403, code: 'USER_ACCOUNT_ABNORMAL', message: '用户非法' }

/** Neither host answers a send of it. */
async function unanswered(row: string, how: SendAnswer = 'hang up'): Promise<void> {
  room.wechat.otherwise = how
  await room.send(row)
  room.wechat.otherwise = 'commit'
  expect((await room.coupon(row)).doubt_since).not.toBeNull()
}

async function inDoubt(how?: SendAnswer): Promise<string> {
  const row = await room.owe()
  await unanswered(row, how)
  return row
}

test('a young doubt is not over because the list does not show the coupon yet: no refusal is final', async () => {
  const row = await inDoubt()
  room.wechat.otherwise = abnormal
  for (let turn = 0; turn < 3; turn += 1) expect(await room.send(row)).toMatchObject({ state: 'owed' })
  expect(room.wechat.listed).toBe(2)
  expect((await room.coupon(row)).doubt_since).not.toBeNull()
  expect(await room.slots()).toHaveLength(2)
})

describe('a doubt that is a day old', () => {
  test('is looked up, and the coupon that was made at the time of our attempt is ours', async () => {
    const begun = room.clock.now()
    const row = await inDoubt('commit and hang up')
    const calls = room.wechat.calls.length
    room.wechat.list = { created: () => begun }
    room.clock.advance(dayMs)
    room.wechat.otherwise = abnormal
    expect(await room.send(row)).toMatchObject({ state: 'sent', couponId: await room.atWeChat(row) })
    expect(room.wechat.calls).toHaveLength(calls)
  })

  test('a coupon made at another time is not ours: the same number goes out again, and its answer is the truth', async () => {
    const row = await inDoubt()
    const foreign = '770001'
    room.wechat.coupons.set('another number', foreign)
    room.wechat.list = { created: () => new Date(room.clock.now().getTime() - 5 * 60_000) }
    room.clock.advance(dayMs)
    room.wechat.otherwise = abnormal
    expect(await room.send(row)).toEqual({ state: 'refused', reason: 'user_abnormal' })
    expect(await room.slots()).toEqual([])
    expect(new Set(room.wechat.calls.map((call) => call.number)).size).toBe(1)
  })

  test('a coupon that is known as another one of ours is not this one', async () => {
    const begun = room.clock.now()
    const other = await room.owe()
    await room.send(other)
    const row = await inDoubt()
    room.wechat.list = { created: () => begun }
    room.clock.advance(dayMs)
    expect(await room.send(row)).toMatchObject({ state: 'sent' })
    expect(await room.atWeChat(row)).not.toBe(await room.atWeChat(other))
  })

  test('a list that this account may not see sets it aside for an operator, who may send it again', async () => {
    const row = await inDoubt()
    room.wechat.list = { status: 403, code: 'NO_AUTH', message: '商户号无权限' }
    room.clock.advance(dayMs)
    expect(await room.send(row)).toMatchObject({ state: 'owed', reason: 'look_up_refused' })
    expect(await room.coupon(row)).toMatchObject({ set_aside: true, last_code: 'NO_AUTH', state: 'reserved' })
    room.clock.advance(dayMs)
    const calls = room.wechat.calls.length
    await openDeliveryLoop(room.services).drain()
    expect(room.wechat.calls).toHaveLength(calls)

    room.wechat.list = { created: () => room.clock.now() }
    const { grant_id } = await room.coupon(row)
    expect(await retryGrants(room.services, [grant_id])).toMatchObject([{ status: 'sent' }])
  })

  test('one coupon and two of our rows in doubt: neither takes it before the other is known', async () => {
    const begun = room.clock.now()
    const [first, second] = [
      await room.owe('twice'),
      await room.owe('twice', await aCampaign(room.services, room.stock)),
    ]
    await unanswered(first)
    await unanswered(second, 'commit and hang up')
    room.wechat.list = { created: () => begun }
    room.wechat.next = [limitReached, limitReached]
    await room.send(first)
    expect(await room.send(first)).toMatchObject({ state: 'owed' })
    expect(await room.send(second)).toMatchObject({ state: 'sent', couponId: await room.atWeChat(second) })
    expect(await room.send(first)).toMatchObject({ state: 'sent' })
    expect(room.wechat.coupons.size).toBe(2)
  })

  test('a list that does not answer leaves it in doubt, and nothing is sent', async () => {
    const row = await inDoubt()
    const calls = room.wechat.calls.length
    room.wechat.list = 'hang up'
    room.clock.advance(dayMs)
    expect(await room.send(row)).toMatchObject({ state: 'owed', reason: 'look_up_unanswered' })
    expect(room.wechat.calls).toHaveLength(calls)
    expect((await room.coupon(row)).doubt_since).not.toBeNull()
  })
})
