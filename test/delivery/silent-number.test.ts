import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { claim } from '../../src/claims/claim.ts'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import type { Clock } from '../../src/plumbing/clock.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import { aMerchant, aStock } from '../support/builders.ts'
import { manyOwed } from '../support/many-owed.ts'
import { aHold, until } from '../support/waiting.ts'
import { type DeliveryRoom, openDeliveryRoom } from './delivery-room.ts'
import type { Send } from './send-script.ts'

/** More than a worker has hands for one merchant number, and than the number has connections. */
const owedBySilent = 1_000

let ahead = 0
/** The services' clock: what it measures is moved on by hand. */
const clock: Clock = { now: () => new Date(), elapsedMs: () => performance.now() + ahead }

let room: DeliveryRoom
beforeAll(async () => void (room = await openDeliveryRoom({ clock })))
afterAll(() => room[Symbol.asyncDispose]())
beforeEach(() => room.clear())

/** A merchant whose sends WeChat does not answer until then, with many coupons owed. */
async function aSilentMerchant(until: Promise<unknown>): Promise<Merchant> {
  const merchant = await aMerchant(room.services)
  await room.trust(merchant)
  await manyOwed(room.services, merchant, await aStock(room.services, merchant), { count: owedBySilent })
  room.wechat.otherwise = (send) => (isIts(send) ? { commitAfter: until } : 'commit')
  return merchant
}

/** Coupons of `manyOwed` have members of their own. */
const isIts = ({ openid }: Send) => openid.startsWith('openid ')
const hanging = () => room.wechat.calls.filter(isIts).length

describe('a merchant number that WeChat does not answer', () => {
  test('delays nobody: another one’s coupon goes out while all of its own hang', async () => {
    const answer = aHold()
    const silent = await aSilentMerchant(answer.over)
    const loop = openDeliveryLoop(room.services)
    loop.start()
    // As many as its connections carry, and the worker has nothing better to do than to take more of them.
    await until(() => hanging() >= 64)
    const triedBefore = await attemptsOf(silent)
    const own = await room.owe()
    loop.wake()
    await until(async () => (await room.coupon(own)).state === 'sent')
    expect(triedBefore).toBe(0)
    expect(await attemptsOf(silent)).toBe(0)
    answer.letGo()
    await loop.stop()
  })

  test('is left alone until it answers again: what it owes is not tried, not refused, and goes out then', async () => {
    await fallSilent()
    const calls = room.wechat.calls.length
    const [owed, tapped] = [await room.owe(), await claimed()]
    await drain()
    expect(await room.send(owed)).toMatchObject({ state: 'owed', reason: 'held_back' })
    expect(tapped.status).toBe('pending')
    expect(room.wechat.calls).toHaveLength(calls)
    const untouched = { state: 'reserved', attempts: 0, doubt_since: null, set_aside: false, lease_token: null }
    for (const row of await rowsOf(owed, tapped)) expect(row).toMatchObject(untouched)

    room.wechat.otherwise = 'commit'
    ahead += longerThanARest
    await until(async () => {
      await drain()
      return (await rowsOf(owed, tapped)).every(({ state }) => state === 'sent')
    })
  })

  test('is asked with one coupon at a time whether it answers again', async () => {
    await fallSilent()
    for (let index = 0; index < 20; index += 1) await room.owe()
    const calls = room.wechat.calls.length
    ahead += longerThanARest
    await drain()
    // One trial at each of its two hosts.
    expect(room.wechat.calls.length - calls).toBeLessThanOrEqual(2)
    expect(room.wechat.calls.length - calls).toBeGreaterThan(0)
  })

  test('that still answers, if only with refusals, is never left alone', async () => {
    room.wechat.otherwise = { status: 403, code: 'USER_ACCOUNT_ABNORMAL', message: '用户账号异常' }
    ahead += longerThanARest
    for (let index = 0; index < 12; index += 1) {
      expect(await room.send(await room.owe())).not.toMatchObject({ reason: 'held_back' })
    }
  })
})

async function attemptsOf(merchant: Merchant): Promise<number> {
  const { tried } = await room.services.db
    .selectFrom('attempts')
    .innerJoin('coupons', 'coupons.id', 'attempts.coupon_row')
    .select((eb) => eb.fn.countAll<number>().as('tried'))
    .where('coupons.merchant_id', '=', merchant.id)
    .executeTakeFirstOrThrow()
  return Number(tried)
}

/** Longer than the rest that a silent number gets, and than the silence before it. */
const longerThanARest = 6_000
const drain = () => openDeliveryLoop(room.services).drain()

/** WeChat hangs up on whatever is sent, until our walls know it. */
async function fallSilent(): Promise<void> {
  room.wechat.otherwise = 'hang up'
  await room.send(await room.owe())
  ahead += longerThanARest
  for (let index = 0; index < 8; index += 1) await room.send(await room.owe())
}

function claimed() {
  const { merchant, campaign } = room
  return claim(room.services, { merchant, campaign, openid: 'who taps', claimKey: 'tap' })
}

async function rowsOf(coupon: string, { grantId }: { grantId?: string }) {
  const tapped = await room.services.db
    .selectFrom('coupons')
    .selectAll()
    .where('grant_id', '=', grantId!)
    .executeTakeFirstOrThrow()
  return [await room.coupon(coupon), tapped]
}
