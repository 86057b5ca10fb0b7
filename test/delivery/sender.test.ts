import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { send } from '../../src/delivery/sender.ts'
import { aCampaign, aStock } from '../support/builders.ts'
import { type DeliveryRoom, openDeliveryRoom } from './delivery-room.ts'
import type { SendAnswer } from './send-script.ts'

const options = { timeoutMs: 5_000, patienceMs: 1_000 }
const limitReached: SendAnswer = { status: 403, code: 'RULE_LIMIT', message: '用户已达最大领券次数' }
const abnormal: SendAnswer = { status: 403, code: 'USER_ACCOUNT_ABNORMAL', message: '用户非法' }
const restricted: SendAnswer = { status: 403, code: 'REQUEST_BLOCKED', message: '用户被限领拦截' }
const unsigned = (answer: SendAnswer): SendAnswer => ({ ...(answer as object), signed: false }) as SendAnswer

let room: DeliveryRoom
beforeAll(async () => void (room = await openDeliveryRoom()))
afterAll(() => room[Symbol.asyncDispose]())
beforeEach(() => room.clear())

const sendNow = async (row: string, wish = options) => send(room.services, await room.lease(row), wish)
const slots = () => room.services.db.selectFrom('slots').selectAll().execute()

describe('a send without an answer', () => {
  test('WeChat commits and stays silent: the same number goes out again, at the other host, and brings one coupon', async () => {
    const row = await room.owe()
    room.wechat.next = ['commit and stay silent']
    // Long enough for the request to reach WeChat on a busy machine: what never left would be no doubt.
    expect(await sendNow(row, { timeoutMs: 2_000, patienceMs: 1_000 })).toMatchObject({
      state: 'owed',
      reason: 'timeout',
    })
    expect(await room.coupon(row)).toMatchObject({
      state: 'reserved',
      doubt_since: expect.any(Date) as Date,
      attempts: 1,
    })

    const result = await sendNow(row)
    expect(result).toMatchObject({ state: 'sent' })
    expect(room.wechat.coupons.size).toBe(1)
    expect(room.wechat.calls.map((call) => call.number)).toEqual(Array(2).fill((await room.coupon(row)).out_request_no))
    expect(room.wechat.calls.map((call) => call.host)).toEqual(['main', 'backup'])
  })

  test('nobody there: the coupon is due again, and nothing is in doubt', async () => {
    await using elsewhere = await openDeliveryRoom()
    await elsewhere.wechat[Symbol.asyncDispose]()
    const row = await elsewhere.owe()
    expect(await send(elsewhere.services, await elsewhere.lease(row), options)).toMatchObject({ reason: 'unreachable' })
    expect(await elsewhere.coupon(row)).toMatchObject({ state: 'reserved', doubt_since: null, attempts: 1 })
  })

  test('the database is cut while WeChat sends: the lease keeps the coupon, then the same number goes out again', async () => {
    const row = await room.owe()
    const leased = await room.lease(row)
    const { ledger } = room.services
    const cut = { ...ledger, settleSent: () => Promise.reject(new Error('terminating connection')) }
    const result = await send({ ...room.services, ledger: cut }, leased, options)
    expect(result).toMatchObject({ state: 'owed', reason: 'ledger_unreachable' })
    expect(await room.coupon(row)).toMatchObject({ state: 'reserved', lease_token: leased.lease.token })

    await room.runOut(row)
    const coupon = { state: 'sent', couponId: room.wechat.coupons.get(leased.outRequestNo) }
    expect(await sendNow(row)).toEqual(coupon)
    expect(room.wechat.coupons.size).toBe(1)
  })
})

describe('an unsigned refusal is advice, never proof', () => {
  test('two that agree are believed', async () => {
    room.wechat.otherwise = unsigned(abnormal)
    const row = await room.owe()
    expect(await sendNow(row)).toEqual({ state: 'refused', reason: 'user_abnormal' })
    expect(room.wechat.calls.map((call) => call.host)).toEqual(['main', 'backup'])
    expect(new Set(room.wechat.calls.map((call) => call.number)).size).toBe(1)
  })

  test('the second asking may bring the coupon', async () => {
    room.wechat.next = [unsigned(abnormal), 'commit']
    expect(await sendNow(await room.owe())).toMatchObject({ state: 'sent' })
  })

  test('two that differ prove nothing: asked again later', async () => {
    room.wechat.next = [unsigned(abnormal), unsigned(restricted)]
    const row = await room.owe()
    expect(await sendNow(row)).toMatchObject({ state: 'owed', reason: 'unsigned_refusal' })
    expect(await room.coupon(row)).toMatchObject({ state: 'reserved', reason: 'unsigned_refusal' })
  })

  test('one that is signed decides', async () => {
    room.wechat.next = [unsigned(abnormal), restricted]
    expect(await sendNow(await room.owe())).toEqual({ state: 'refused', reason: 'user_restricted' })
  })

  test('without a turn for a second asking nothing is refused', async () => {
    room.wechat.next = [unsigned(abnormal)]
    const leased = await room.lease(await room.owe())
    const take = vi.fn().mockResolvedValueOnce(true).mockResolvedValue(false)
    const services = { ...room.services, pace: { ...room.services.pace, take } }
    expect(await send(services, leased, options)).toMatchObject({ state: 'owed', reason: 'unsigned_refusal' })
    expect(room.wechat.calls).toHaveLength(1)
  })
})

describe('the limit of a member at WeChat', () => {
  test('a first RULE_LIMIT may be false: it is asked once more after some seconds', async () => {
    room.wechat.next = [limitReached]
    const row = await room.owe()
    expect(await sendNow(row)).toMatchObject({ state: 'owed', reason: 'user_limit_reached' })
    const due = (await room.coupon(row)).due_at.getTime() - room.clock.now().getTime()
    expect(due).toBeGreaterThan(1_000)
    expect(due).toBeLessThan(5_000)
    expect(await sendNow(row)).toMatchObject({ state: 'sent' })
  })

  test('a second one is final, and the places go to somebody else', async () => {
    room.wechat.otherwise = limitReached
    const row = await room.owe()
    await sendNow(row)
    expect(await slots()).not.toEqual([])
    expect(await sendNow(row)).toEqual({ state: 'refused', reason: 'user_limit_reached' })
    expect(await slots()).toEqual([])
  })

  test('a passing fault before it does not count as the first', async () => {
    room.wechat.next = [{ status: 429, code: 'FREQUENCY_LIMITED', message: '请求过于频繁' }, limitReached, limitReached]
    const row = await room.owe()
    expect(await sendNow(row)).toMatchObject({ state: 'owed', reason: 'rate_limited' })
    expect(await sendNow(row)).toMatchObject({ state: 'owed', reason: 'user_limit_reached' })
    expect(await sendNow(row)).toMatchObject({ state: 'refused', reason: 'user_limit_reached' })
  })
})

describe('what is not sent at all', () => {
  test('an account whose keys cannot be read is halted', async () => {
    const row = await room.owe()
    const leased = await room.lease(row)
    const pay = () => {
      throw new Error('the private key is not a readable PEM key')
    }
    expect(await send({ ...room.services, pay }, leased, options)).toMatchObject({ reason: 'account_without_keys' })
    expect(await room.halts()).toMatchObject([{ cause: 'account_without_keys', stock_ref: null }])
    expect(room.wechat.calls).toEqual([])
  })

  test('no turn at the account’s pace: the lease is given back and the coupon is due a little later', async () => {
    const row = await room.owe()
    const leased = await room.lease(row)
    const pace = { ...room.services.pace, take: () => Promise.resolve(false) }
    expect(await send({ ...room.services, pace }, leased, options)).toMatchObject({ reason: 'waiting_for_turn' })
    expect(await room.coupon(row)).toMatchObject({ state: 'reserved', lease_token: null, attempts: 0 })
    expect(room.wechat.calls).toEqual([])
  })

  test('a request that must not be sent is for a person to look at', async () => {
    const stock = await aStock(room.services, room.merchant)
    const row = await room.owe('openid', await aCampaign(room.services, stock))
    const leased = { ...(await room.lease(row)), request: JSON.stringify({ stock_id: '🎁' }) }
    expect(await send(room.services, leased, options)).toMatchObject({ state: 'owed', reason: 'needs_operator' })
    expect(await room.halts()).toEqual([])
    expect(room.wechat.calls).toEqual([])
  })
})
