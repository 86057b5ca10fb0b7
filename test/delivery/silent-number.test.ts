import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import { aMerchant, aStock } from '../support/builders.ts'
import { manyOwed } from '../support/many-owed.ts'
import { until } from '../support/waiting.ts'
import { type DeliveryRoom, openDeliveryRoom } from './delivery-room.ts'
import type { Send } from './send-script.ts'

/** More than a worker has hands for one merchant number, and than the number has connections. */
const owedBySilent = 1_000

let room: DeliveryRoom
beforeAll(async () => void (room = await openDeliveryRoom()))
afterAll(() => room[Symbol.asyncDispose]())
beforeEach(() => room.clear())

/** A merchant whose sends WeChat does not answer, with many coupons owed. */
async function aSilentMerchant(): Promise<Merchant> {
  const merchant = await aMerchant(room.services)
  await room.trust(merchant)
  await manyOwed(room.services, merchant, await aStock(room.services, merchant), { count: owedBySilent })
  room.wechat.otherwise = (send) => (isIts(send) ? 'stay silent' : 'commit')
  return merchant
}

/** Coupons of `manyOwed` have members of their own. */
const isIts = ({ openid }: Send) => openid.startsWith('openid ')
const hanging = () => room.wechat.calls.filter(isIts).length

describe('a merchant number that WeChat does not answer', () => {
  test('delays nobody: another one’s coupon goes out while all of its own hang', async () => {
    const silent = await aSilentMerchant()
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
    await loop.stop()
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
