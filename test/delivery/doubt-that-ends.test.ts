import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { flagRefunded } from '../../src/ledger/flag-refunded.ts'
import { retryGrants } from '../../src/grants/retry.ts'
import { doors } from '../../src/delivery/doors.ts'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import { send } from '../../src/delivery/sender.ts'
import { type DeliveryRoom, openDeliveryRoom } from './delivery-room.ts'
import type { SendAnswer } from './send-script.ts'

let room: DeliveryRoom
beforeAll(async () => {
  room = await openDeliveryRoom()
})
afterAll(() => room[Symbol.asyncDispose]())
beforeEach(() => room.clear())

const dayMs = 24 * 3_600_000
const notAllowed: SendAnswer = { status: 403, code: 'NO_AUTH', message: '商户号无权限' }
const sendNow = async (row: string) => send(room.services, await room.lease(row), doors.worker)
const slots = () => room.services.db.selectFrom('slots').select('scope').execute()

/** A coupon whose process died with it in hand, a day ago, and WeChat never heard of it. */
async function oldDoubt(): Promise<string> {
  const row = await room.owe()
  await room.lease(row)
  await room.runOut(row)
  const { ledger, clock } = room.services
  await ledger.release(await room.lease(row), clock.now())
  room.clock.advance(dayMs)
  return row
}

async function refund(row: string): Promise<void> {
  const { db, clock } = room.services
  expect(await room.takeBack(row)).toBe(false)
  await flagRefunded(db, (await room.coupon(row)).grant_id, clock.now())
}

test('a refunded coupon that is found not to have arrived is taken back, and not sent', async () => {
  const row = await oldDoubt()
  await refund(row)
  expect((await room.coupon(row)).state).toBe('reserved')
  expect(await sendNow(row)).toEqual({ state: 'refused', reason: 'refunded' })
  expect(room.wechat.calls).toEqual([])
  expect(await slots()).toEqual([])
})

test('a refunded coupon that is found at WeChat is sent: a coupon that was given stays with the member', async () => {
  const diedAt = new Date()
  const row = await oldDoubt()
  await refund(row)
  room.wechat.coupons.set((await room.coupon(row)).out_request_no, '98001')
  room.wechat.list = { created: () => diedAt }
  expect(await sendNow(row)).toMatchObject({ state: 'sent', couponId: '98001' })
})

test('an operator who has seen the evidence sends the number again that WeChat does not let us look up', async () => {
  const row = await oldDoubt()
  room.wechat.list = notAllowed as { status: number; code: string; message: string }
  await openDeliveryLoop(room.services).drain()
  expect(await room.coupon(row)).toMatchObject({ set_aside: true, reason: 'look_up_refused' })
  expect(room.wechat.calls).toEqual([])
  const { grant_id, out_request_no } = await room.coupon(row)
  expect(await retryGrants(room.services, [grant_id])).toMatchObject([{ status: 'sent' }])
  expect(room.wechat.calls.map((call) => call.number)).toEqual([out_request_no])
})

test('a coupon that was in doubt once never gets another number', async () => {
  const row = await oldDoubt()
  const refused: SendAnswer = { status: 403, code: 'RULE_LIMIT', message: '用户已达最大领券次数' }
  room.wechat.otherwise = refused
  for (let time = 0; time < 2; time += 1) {
    await sendNow(row)
    room.clock.advance(2 * 3_600_000)
  }
  const { grant_id, out_request_no, ...coupon } = await room.coupon(row)
  expect(coupon).toMatchObject({ state: 'refused', reason: 'user_limit_reached', doubt_since: null })
  const [line] = await retryGrants(room.services, [grant_id], { newNumber: true })
  expect(line).toMatchObject({ status: 'refused', message: expect.stringContaining('keeps its number') as string })
  room.wechat.otherwise = 'commit'
  expect(await retryGrants(room.services, [grant_id])).toMatchObject([{ status: 'sent' }])
  expect(new Set(room.wechat.calls.map((call) => call.number))).toEqual(new Set([out_request_no]))
})

test('a coupon that another system gave while we only looked is not taken for ours', async () => {
  const row = await oldDoubt()
  room.wechat.list = 'hang up'
  await sendNow(row)
  const lookedAt = room.clock.now()
  room.wechat.coupons.set('another system', '770001')
  room.wechat.list = { created: () => lookedAt }
  room.clock.advance(2 * 3_600_000)
  expect(await sendNow(row)).toMatchObject({ state: 'sent' })
  expect(room.wechat.calls).toHaveLength(1)
})
