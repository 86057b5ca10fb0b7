import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { award } from '../../src/grants/award.ts'
import { prove } from '../../src/doctor/proof/proof.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import { recordPayment } from '../../src/payments/intake.ts'
import type { Payment } from '../../src/payments/payment.ts'
import { applyPayment } from '../../src/payments/apply-payment.ts'
import { takeRefund } from '../../src/payments/take-refund.ts'
import type { Services } from '../../src/services.ts'
import { aCampaign, aMerchant, aStock } from '../support/builders.ts'
import { openTestServices } from '../support/services.ts'
import { aPayment, aRefund, aSpendCampaign } from '../support/spend.ts'

describe.each([{ redis: true }, { redis: false }])('with Redis: $redis', ({ redis }) => {
  let services: Services & AsyncDisposable
  let merchant: Merchant
  /** Gives two coupons for a payment, once in all. */
  let spend: Campaign
  /** Gives the same stock, of which a member may have two, for a tap. */
  let link: Campaign
  beforeAll(async () => void (services = await openTestServices(redis ? {} : { redis: false })))
  afterAll(() => services[Symbol.asyncDispose]())
  beforeEach(async () => {
    merchant = await aMerchant(services)
    const stock = await aStock(services, merchant, { max_coupons_per_user: 2 })
    const tiers = [{ at_least: 5000, coupons: [{ stock_id: stock.stock_id, count: 2 }] }]
    spend = await aSpendCampaign(services, stock, { tiers }, { limits: { per_member: 1, total: 1 } })
    link = await aCampaign(services, stock, { limits: {} })
  })

  async function paid(payment: Payment): Promise<string[]> {
    await recordPayment(services, merchant, payment)
    await applyPayment(services, merchant, payment.transactionId)
    const { openid } = payment
    const coupons = services.db.selectFrom('coupons').select('id').where('openid', '=', openid).orderBy('ordinal')
    return (await coupons.execute()).map(({ id }) => id)
  }
  async function sent(couponRow: string): Promise<void> {
    const coupon = (await services.ledger.leaseOne(couponRow))!
    const { clock, ledger } = services
    await ledger.settleSent({ coupon, couponId: randomUUID(), status: 200, at: clock.now() })
  }
  const taps = (openid: string) => {
    const { coupons } = link
    const wanted = { merchant, campaign: link, openid, triggerKey: randomUUID(), coupons, at: services.clock.now() }
    return award(services, { ...wanted, lease: true })
  }
  const placesOf = async ({ openid }: Payment) => {
    const places = services.db
      .selectFrom('slots')
      .innerJoin('grants', 'grants.id', 'slots.grant_id')
      .select(['scope', 'number', 'coupon_row'])
      .where('openid', '=', openid)
      .where('campaign_id', '=', spend.id)
    return places.orderBy('scope').orderBy('number').execute()
  }

  test.each([
    ['first', 0],
    ['second', 1],
  ])('a refund after the %s of two coupons was sent: the place of the other one is offered again', async (_, index) => {
    const payment = aPayment(services)
    const rows = await paid(payment)
    await sent(rows[index]!)
    expect(await taps(payment.openid)).toMatchObject({ kind: 'turned_away', reason: 'member_limit' })
    await takeRefund(services, merchant, aRefund(services, payment))
    expect(await taps(payment.openid)).toMatchObject({ kind: 'granted', coupons: [{ place: 2 - index }] })
    expect(await taps(payment.openid)).toMatchObject({ kind: 'turned_away', reason: 'member_limit' })
    expect((await prove(services, merchant.slug)).failures).toEqual([])
  })

  test('a refund of what is left of a grant leaves it its own places: nobody else has them', async () => {
    const payment = aPayment(services)
    const [first] = (await paid(payment)) as [string, string]
    await sent(first)
    const held = await placesOf(payment)
    expect(held).toHaveLength(4)
    await takeRefund(services, merchant, aRefund(services, payment))
    expect(await placesOf(payment)).toEqual(
      held.filter(({ coupon_row }) => coupon_row === null || coupon_row === first),
    )
    expect(await paid(aPayment(services))).toEqual([])
  })
})
