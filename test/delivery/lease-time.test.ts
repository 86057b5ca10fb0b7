import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { doors, lastWordMs } from '../../src/delivery/doors.ts'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import { send } from '../../src/delivery/sender.ts'
import type { Services } from '../../src/services.ts'
import { type DeliveryRoom, openDeliveryRoom } from './delivery-room.ts'

let room: DeliveryRoom
beforeAll(async () => void (room = await openDeliveryRoom()))
afterAll(() => room[Symbol.asyncDispose]())
beforeEach(() => room.clear())

/** A coupon whose lease leaves so long to ask WeChat; time passes only as the test says. */
async function leasedFor(leftMs: number) {
  const row = await room.owe()
  const leased = await room.lease(row)
  const coupon = { ...leased, lease: { ...leased.lease, heldUntilMs: leftMs + lastWordMs } }
  let elapsed = 0
  const services = { ...room.services, clock: { ...room.clock, elapsedMs: () => elapsed } }
  const pass = (milliseconds: number) => void (elapsed += milliseconds)
  return { row, coupon, services, pass }
}

test('a ledger that answers slowly has used the lease up: nothing is sent that another may be sending', async () => {
  const { row, coupon, services, pass } = await leasedFor(5_000)
  const merchantById: Services['catalog']['merchantById'] = (id) => {
    pass(4_800)
    return services.catalog.merchantById(id)
  }
  const slow = { ...services, catalog: { ...services.catalog, merchantById } }
  expect(await send(slow, coupon, doors.worker)).toMatchObject({ state: 'owed' })
  expect(room.wechat.calls).toEqual([])
  expect(await room.coupon(row)).toMatchObject({ lease_token: null, attempts: 0, doubt_since: null })
})

test('a turn that comes after the lease’s time is not waited for: the coupon comes again for another', async () => {
  const { row, coupon, services, pass } = await leasedFor(900)
  const take: Services['pace']['take'] = async (_, patienceMs) => {
    if (patienceMs < 1_000) return false
    pass(1_000)
    return true
  }
  await send({ ...services, pace: { ...services.pace, take } }, coupon, doors.worker)
  expect(room.wechat.calls).toEqual([])
  expect(await room.coupon(row)).toMatchObject({ lease_token: null, attempts: 0, reason: 'waiting_for_turn' })
})

test.each([
  ['15 seconds', 15_000],
  ['5 hours', 5 * 3_600_000],
])('a process whose clock is %s ahead does not take what another one is sending', async (_, aheadMs) => {
  const now = () => new Date(room.clock.now().getTime() + aheadMs)
  await using ahead = await room.anotherProcess('ahead', { now })
  const row = await room.owe()
  const leased = await room.lease(row)
  await openDeliveryLoop(ahead).drain()
  expect(await ahead.ledger.leaseOne(row)).toBeUndefined()
  const halt = { account_id: leased.accountId, stock_ref: leased.stockRef }
  expect(await ahead.ledger.leaseProbe(halt)).toBeUndefined()
  expect(room.wechat.calls).toEqual([])
  expect(await room.coupon(row)).toMatchObject({ lease_token: leased.lease.token, doubt_since: null })

  expect(await send(room.services, leased, doors.worker)).toMatchObject({ state: 'sent' })
  expect(room.wechat.calls).toHaveLength(1)
})
