import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { leaseMs } from '../../src/ledger/coupon.ts'
import { evidenceOf } from '../../src/grants/evidence.ts'
import { retryGrants } from '../../src/grants/retry.ts'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import { aCampaign } from '../support/builders.ts'
import { type DeliveryRoom, openDeliveryRoom } from './delivery-room.ts'

let room: DeliveryRoom
beforeAll(async () => void (room = await openDeliveryRoom()))
afterAll(() => room[Symbol.asyncDispose]())
beforeEach(() => room.clear())

const dayMs = 24 * 3_600_000
const grantOf = async (row: string) => (await room.coupon(row)).grant_id
/** What an operator reads of a grant's one coupon. */
async function answersOf(row: string) {
  const files = await evidenceOf(room.services, await grantOf(row))
  return JSON.parse(files!['coupon-1/answers.json']!) as { outcome: string; at: string; request_id: string | null }[]
}

/** Owed, perhaps with the member, and nothing that the worker does by itself. */
async function expectSetAside(rows: string[]): Promise<void> {
  const calls = room.wechat.calls.length
  room.clock.advance(dayMs)
  await openDeliveryLoop(room.services).drain()
  expect(room.wechat.calls).toHaveLength(calls)
  const left = { state: 'reserved', set_aside: true, lease_token: null, doubt_since: expect.any(Date) as Date }
  for (const row of rows) expect(await room.coupon(row)).toMatchObject(left)
}

test('WeChat answers with a coupon that another member of ours has: it is set aside for an operator', async () => {
  const [first, second] = [await room.owe('first'), await room.owe('second')]
  await room.send(first)
  const { coupon_id: couponId } = await room.coupon(first)
  room.wechat.coupons.set((await room.coupon(second)).out_request_no, couponId!)
  const places = await room.slots()
  expect(await room.send(second)).toMatchObject({ state: 'owed', reason: 'coupon_of_another_row' })
  await expectSetAside([second])
  expect(await answersOf(second)).toMatchObject([
    { outcome: 'coupon_of_another_row', request_id: expect.stringMatching(/^0800/) as string },
  ])
  expect(await room.coupon(first)).toMatchObject({ state: 'sent', coupon_id: couponId })
  expect(await room.slots()).toEqual(places)
})

test('WeChat lists one coupon for two that are in doubt for a day: both wait for an operator, who sends both', async () => {
  const begun = room.clock.now()
  const rows = [await room.owe('twice'), await room.owe('twice', await aCampaign(room.services, room.stock))]
  for (const [turn, row] of rows.entries()) {
    room.wechat.otherwise = turn === 0 ? 'hang up' : 'commit and hang up'
    await room.send(row)
  }
  room.wechat.otherwise = 'commit'
  room.wechat.list = { created: () => begun }
  room.clock.advance(dayMs)
  const calls = room.wechat.calls.length
  for (const row of rows) expect(await room.send(row)).toMatchObject({ state: 'owed', reason: 'look_up_unclear' })
  expect(room.wechat.calls).toHaveLength(calls)
  await expectSetAside(rows)

  const grantIds = await Promise.all(rows.map(grantOf))
  expect(await retryGrants(room.services, grantIds)).toMatchObject([{ status: 'sent' }, { status: 'sent' }])
  expect(room.wechat.coupons.size).toBe(2)
})

test('a worker that died with a coupon in hand has made an attempt: the evidence says when', async () => {
  const row = await room.owe()
  await room.lease(row)
  await room.runOut(row)
  const { leased_until: ranOut } = await room.coupon(row)
  await openDeliveryLoop(room.services).drain()
  expect(await room.coupon(row)).toMatchObject({ state: 'sent' })
  expect(await answersOf(row)).toMatchObject([
    { outcome: 'lease_ran_out', at: { utc: new Date(ranOut!.getTime() - leaseMs).toISOString() } },
    { outcome: 'sent' },
  ])
})
