import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { movableClock } from '../support/clock.ts'
import { aSentCoupon, payWithCoupon, usesOf } from '../support/coupons.ts'
import { runNow } from '../support/jobs.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

const dayMs = 86_400_000

describe.each(['certificate', 'public_key'] as const)('the job coupon-states, at a number with a %s', (keyMode) => {
  const clock = movableClock()
  let shop: SandboxShop
  let campaign: Campaign
  let serial = 0

  beforeAll(async () => {
    shop = await openShop({ wechat: 'sandbox', redis: false, clock, world: { keyMode } })
    campaign = await shop.campaign()
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  async function aCoupon() {
    serial += 1
    const openid = shop.member(`walk-${keyMode}-${serial}`)
    return { openid, couponId: await aSentCoupon(shop, openid, campaign) }
  }
  const asked = () => shop.sandbox.control.countCalls('coupon_detail')
  const walk = () => runNow(shop.services, 'coupon-states')

  test('finds uses that nobody has reported, near the end and after it, and asks about each coupon once per round', async () => {
    const [used, unused, late] = [await aCoupon(), await aCoupon(), await aCoupon()]
    payWithCoupon(shop, used.openid)
    await walk()
    expect(asked()).toBe(0)

    const end = shop.stock.available_end.getTime()
    clock.advance(end - clock.now().getTime() - 2 * dayMs)
    const down = shop.sandbox.control.setFault({ fault: 'system_error', endpoint: 'coupon_detail' })
    await walk()
    shop.sandbox.control.clearFaults(down.id)
    const before = asked()
    expect(await walk()).toContain('3 coupons')
    expect(asked()).toBe(before + 3)
    expect(await usesOf(shop, used.couponId)).toMatchObject([{ source: 'query' }])
    await walk()
    expect(asked()).toBe(before + 3)

    payWithCoupon(shop, late.openid)
    clock.advance(3 * dayMs)
    // What is used for sure is not asked about again.
    expect(await walk()).toContain('2 coupons')
    expect(await usesOf(shop, late.couponId)).toMatchObject([{ source: 'query' }])
    expect(await usesOf(shop, unused.couponId)).toEqual([])
    const states = await shop.services.db.selectFrom('coupon_states').select(['coupon_id', 'state']).execute()
    expect(Object.fromEntries(states.map(({ coupon_id, state }) => [coupon_id, state]))).toEqual({
      [used.couponId]: 'USED',
      [late.couponId]: 'USED',
      [unused.couponId]: 'EXPIRED',
    })
  })

  test('finds our coupon for a use that was reported while the answer to its send was lost', async () => {
    const { db } = shop.services
    const sent = await db.selectFrom('coupons').select(['id', 'coupon_id']).where('state', '=', 'sent').execute()
    await db.updateTable('redemptions').set({ coupon_row: null }).execute()
    expect(await walk()).toContain('2 uses found to be ours')
    for (const use of await db.selectFrom('redemptions').selectAll().execute())
      expect(use.coupon_row).toBe(sent.find(({ coupon_id }) => coupon_id === use.coupon_id)!.id)
  })
})
