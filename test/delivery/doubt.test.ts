import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { prove } from '../../src/doctor/proof/proof.ts'
import { doors } from '../../src/delivery/doors.ts'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import { send } from '../../src/delivery/sender.ts'
import { aCampaign } from '../support/builders.ts'
import { runOut } from '../support/leases.ts'
import { statementsWait } from '../support/waiting.ts'
import { type DeliveryRoom, openDeliveryRoom } from './delivery-room.ts'
import type { SendAnswer } from './send-script.ts'

let room: DeliveryRoom
beforeAll(async () => void (room = await openDeliveryRoom()))
afterAll(() => room[Symbol.asyncDispose]())
beforeEach(() => room.clear())

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const limitReached: SendAnswer = { status: 403, code: 'RULE_LIMIT', message: '用户已达最大领券次数' }
const abnormal: SendAnswer = { status: 403, code: 'USER_ACCOUNT_ABNORMAL', message: '用户非法' }
const tooMany: SendAnswer = { status: 429, code: 'FREQUENCY_LIMITED', message: '请求过于频繁' }

/** A process leases the coupon, WeChat commits, and the process is gone before it writes that down. */
async function committedAndDied(row: string): Promise<void> {
  const leased = await room.lease(row)
  const { ledger } = room.services
  const gone = () => Promise.reject(new Error('this process is dead'))
  const dying = { ...ledger, settleSent: gone, postpone: gone, release: gone }
  await send({ ...room.services, ledger: dying }, leased, doors.worker)
  expect(await room.atWeChat(row)).toBeDefined()
}

describe('a lease that ran out unanswered is doubt', () => {
  test('a refund does not cancel what a dead process may have sent, and its places stay', async () => {
    const row = await room.owe()
    await committedAndDied(row)
    const taken = await room.slots()
    expect(await room.takeBack(row)).toBe(false)
    await room.runOut(row)
    expect(await room.takeBack(row)).toBe(false)
    expect(await room.slots()).toEqual(taken)

    await openDeliveryLoop(room.services).drain()
    expect(await room.coupon(row)).toMatchObject({
      state: 'sent',
      coupon_id: await room.atWeChat(row),
      doubt_since: null,
    })
    expect(room.wechat.coupons.size).toBe(1)
  })

  test('two refusals after it free nothing: the member has the coupon, and it is found at WeChat', async () => {
    const row = await room.owe()
    await committedAndDied(row)
    await room.runOut(row)
    room.wechat.otherwise = limitReached
    await room.send(row)
    const taken = await room.slots()
    expect(await room.send(row)).toMatchObject({ state: 'sent', couponId: await room.atWeChat(row) })
    expect(await room.slots()).toEqual(taken)
    expect(await prove(room.services)).toMatchObject({ ok: true })
  })

  test('is found at WeChat also when nobody looked for an hour: its time is that of the attempt', async () => {
    const row = await room.owe()
    const committedAt = new Date()
    await committedAndDied(row)
    room.wechat.list = { created: () => committedAt }
    room.clock.advance(hourMs)
    await room.runOut(row)
    room.wechat.otherwise = abnormal
    await room.send(row)
    expect(await room.send(row)).toMatchObject({ state: 'sent', couponId: await room.atWeChat(row) })
  })

  test('a lease that was given back unused is none', async () => {
    const row = await room.owe()
    const leased = await room.lease(row)
    await room.services.ledger.release(leased, room.clock.now())
    expect(await room.lease(row)).toMatchObject({ doubtSince: null })
  })

  test('a process that takes its own row a second time cannot end the second lease with the first send', async () => {
    const row = await room.owe()
    const first = await room.lease(row)
    await room.runOut(row)
    const second = await room.lease(row)
    expect(second.doubtSince).not.toBeNull()
    const { ledger } = room.services
    const at = room.clock.now()
    await ledger.postpone({ coupon: first, reason: 'timeout', outcome: 'timeout', dueAt: at, doubtful: true, at })
    await ledger.release(first, at)
    expect(await room.coupon(row)).toMatchObject({ lease_token: second.lease.token })
  })

  test('a lease that another process takes anew at that moment stands', async () => {
    const { db, ledger } = room.services
    const coupons = [{ stock_id: room.stock.stock_id, count: 2 }]
    const row = await room.owe('pair', await aCampaign(room.services, room.stock, { coupons }))
    const { id } = await db.selectFrom('coupons').select('id').where('id', '!=', row).executeTakeFirstOrThrow()
    const { lease } = await room.lease(row)
    await room.runOut(row)
    const another = await db.startTransaction().execute()
    await sql`update coupons set leased_until = lease_clock() + interval '10 seconds' where id = ${row}`.execute(
      another,
    )
    const leasing = ledger.leaseOne(id)
    await statementsWait(db)
    await another.commit().execute()
    expect(await leasing).toBeUndefined()
    expect(await room.coupon(row)).toMatchObject({ lease_token: lease.token, doubt_since: null })
  })

  test('what a dead process sent two days ago is looked up before its number goes out again', async () => {
    const row = await room.owe()
    const sentAt = new Date(Date.now() - 2 * dayMs)
    await committedAndDied(row)
    room.wechat.list = { created: () => sentAt }
    room.clock.advance(2 * dayMs)
    await runOut(room.services.db, row, 2 * dayMs)
    room.wechat.otherwise = abnormal
    expect(await room.send(row)).toMatchObject({ state: 'sent', couponId: await room.atWeChat(row) })
    expect(room.wechat.calls).toHaveLength(1)
  })
})

describe('an exchange that broke on one host is doubt, whatever the other one says', () => {
  test.each([
    ['429', tooMany, 'rate_limited'],
    ['a refusal', abnormal, 'user_abnormal'],
  ])('the main host commits and breaks off, the backup answers %s', async (_, said, reason) => {
    const row = await room.owe()
    room.wechat.next = ['commit and hang up', said]
    expect(await room.send(row)).toMatchObject({ state: 'owed', reason })
    const taken = await room.slots()
    expect(await room.takeBack(row)).toBe(false)
    expect(await room.slots()).toEqual(taken)
    expect(await room.send(row)).toMatchObject({ state: 'sent', couponId: await room.atWeChat(row) })
    expect(room.wechat.coupons.size).toBe(1)
  })

  test('a success at the other host ends it', async () => {
    const row = await room.owe()
    room.wechat.next = ['hang up', 'commit']
    expect(await room.send(row)).toMatchObject({ state: 'sent' })
    expect(await room.coupon(row)).toMatchObject({ doubt_since: null })
  })
})
