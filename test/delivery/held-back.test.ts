import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import { retryGrants } from '../../src/grants/retry.ts'
import { blockMember, unblockMember } from '../../src/members/blocks.ts'
import { registry } from '../../src/plumbing/telemetry/metrics.ts'
import { readLedgerGauges } from '../../src/web/ops/ledger-gauges.ts'
import { type DeliveryRoom, openDeliveryRoom } from './delivery-room.ts'

let room: DeliveryRoom
beforeAll(async () => void (room = await openDeliveryRoom()))
afterAll(() => room[Symbol.asyncDispose]())
beforeEach(async () => {
  await room.clear()
  await unblock()
})

const openid = 'oBlocked'
const member = () => ({ merchantId: room.merchant.id, openid })
const block = () => blockMember(room.services, member(), { reason: '转卖', by: 'test' })
const unblock = () => unblockMember(room.services, member(), { reason: undefined, by: 'test' })
const drain = () => openDeliveryLoop(room.services).drain()

test('what a blocked member is owed is held back, others get theirs, and after the block it goes out', async () => {
  const [held, other] = [await room.owe(openid), await room.owe()]
  await block()
  await drain()
  expect(await room.coupon(other)).toMatchObject({ state: 'sent' })
  expect(await room.coupon(held)).toMatchObject({ state: 'reserved', attempts: 0 })
  await unblock()
  await drain()
  expect(await room.coupon(held)).toMatchObject({ state: 'sent' })
})

test('a coupon whose answer was lost waits as well, and keeps its number', async () => {
  const held = await room.owe(openid)
  room.wechat.next = ['commit and hang up', 'commit and hang up']
  await room.send(held)
  const asked = room.wechat.calls.length
  expect((await room.coupon(held)).doubt_since).not.toBeNull()
  await block()
  room.clock.advance(60_000)
  await drain()
  expect(room.wechat.calls).toHaveLength(asked)
  const { out_request_no } = await room.coupon(held)
  await unblock()
  await drain()
  expect(await room.coupon(held)).toMatchObject({ state: 'sent', out_request_no })
})

test('an operator who tries it again reads why it is held back', async () => {
  const held = await room.owe(openid)
  const { grant_id } = await room.coupon(held)
  await block()
  expect(await retryGrants(room.services, [grant_id])).toMatchObject([
    { status: 'pending', message: expect.stringContaining('member unblock') as string },
  ])
  expect(room.wechat.calls).toHaveLength(0)
})

test('metrics count it apart, and do not take it for a delay', async () => {
  await room.owe(openid)
  await block()
  room.clock.advance(3_600_000)
  await readLedgerGauges(room.services.db, room.clock)
  const text = await registry.metrics()
  expect(text).toContain(`paycoupon_owed_coupons{merchant="${room.merchant.slug}",reason="member_blocked"} 1`)
  expect(text).not.toContain(`paycoupon_oldest_owed_seconds{merchant="${room.merchant.slug}"}`)
})
