import { beforeEach, describe, expect, test } from 'vitest'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { claim } from '../../src/claims/claim.ts'
import { memberGrants } from '../../src/grants/grants.ts'
import { retryGrants } from '../../src/grants/retry.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import { lockPayments } from '../../src/ledger/locks.ts'
import { raiseFacts } from '../../src/payments/facts.ts'
import { recordPayment } from '../../src/payments/intake.ts'
import type { Payment } from '../../src/payments/payment.ts'
import { recordRefund } from '../../src/payments/refunds.ts'
import { applyPayment } from '../../src/payments/apply-payment.ts'
import { takeRefund } from '../../src/payments/take-refund.ts'
import type { Services } from '../../src/services.ts'
import type { Stock } from '../../src/plumbing/storage/schema/stock.ts'
import { aMerchant, aStock } from '../support/builders.ts'
import { servicesOfFile } from '../support/services.ts'
import { aPayment, aRefund, aSpendCampaign } from '../support/spend.ts'
import { aTrigger, holdGrants } from '../support/triggers.ts'
import { statementsWait } from '../support/waiting.ts'

const services = await servicesOfFile({ redis: false })
let merchant: Merchant
let stock: Stock
let campaign: Campaign
let payment: Payment

beforeEach(async () => {
  merchant = await aMerchant(services)
  stock = await aStock(services, merchant)
  campaign = await aSpendCampaign(services, stock)
  payment = aPayment(services)
})

const record = (one = payment) => recordPayment(services, merchant, one)
const settle = (by: Services = services) => applyPayment(by, merchant, payment.transactionId)
const refund = () => takeRefund(services, merchant, aRefund(services, payment))
const shown = async () =>
  (await memberGrants(services.db, merchant.id, payment.openid, 50)).map(({ status, refundedAt, coupons }) => ({
    status,
    refunded: refundedAt !== null,
    reasons: coupons.map((coupon) => coupon.reason),
  }))
const takenBack = { status: 'refused', refunded: true, reasons: ['refunded'] }

/** The same services, but something happens once just before the ledger writes a grant. */
function withBefore(happens: () => Promise<unknown>): Services {
  let done = false
  const reserve: Services['ledger']['reserve'] = async (reservation) => {
    if (!done) await ((done = true), happens())
    return services.ledger.reserve(reservation)
  }
  return { ...services, ledger: { ...services.ledger, reserve } }
}

describe('a refund that comes between what was earned and its grant', () => {
  test('leaves a tap with nothing', async () => {
    await record()
    const answer = await claim(withBefore(refund), { merchant, campaign, openid: payment.openid, claimKey: 'tap' })
    expect(answer).toMatchObject({ status: 'refused', reason: 'not_eligible' })
    expect(await shown()).toEqual([])
  })

  test('of a part leaves the tap with the lower tier', async () => {
    const coupons = [{ stock_id: stock.stock_id, count: 1 }]
    const tiers = [3000, 5000].map((at_least) => ({ at_least, coupons }))
    campaign = await aSpendCampaign(services, stock, { tiers })
    await record()
    const part = () => takeRefund(services, merchant, aRefund(services, payment, { refund: 2000 }))
    const answer = await claim(withBefore(part), { merchant, campaign, openid: payment.openid, claimKey: 'tap' })
    expect(answer.status).toBe('pending')
    const tiersGiven = await services.db
      .selectFrom('grants')
      .select('tier')
      .where('openid', '=', payment.openid)
      .execute()
    expect(tiersGiven).toEqual([{ tier: 3000 }])
  })

  test('leaves the payment with nothing', async () => {
    await record()
    const [outcome] = await settle(withBefore(refund))
    expect(outcome?.awards).toEqual([])
    expect(await shown()).toEqual([])
  })

  test('and is not committed yet: the grant waits for it, and is not written', async () => {
    await record()
    const refunding = await services.db.startTransaction().execute()
    await raiseFacts(refunding, merchant.id, payment.openid)
    await recordRefund(refunding, services.log, merchant, aRefund(services, payment))
    const settling = settle()
    await Promise.race([settling, statementsWait(services.db)])
    await refunding.commit().execute()
    await settling
    expect(await shown()).toEqual([])
  })
})

test('a payment that arrives while its own refund is being written waits for it, and earns nothing', async () => {
  const refunding = await services.db.startTransaction().execute()
  await lockPayments(refunding, merchant.id, [payment.transactionId])
  await recordRefund(refunding, services.log, merchant, aRefund(services, payment))
  const settling = record().then(() => settle())
  await Promise.race([settling, statementsWait(services.db)])
  await refunding.commit().execute()
  await settling
  expect(await shown()).toEqual([])
})

test('a payment that comes between what was earned and its grant is counted with it', async () => {
  const coupons = [{ stock_id: stock.stock_id, count: 1 }]
  const tiers = [5000, 10000].map((at_least) => ({ at_least, coupons }))
  campaign = await aSpendCampaign(services, stock, { mode: 'cumulative', tiers }, { slug: 'sum' })
  await record()
  const paidAt = new Date(payment.paidAt.getTime() - 1_000)
  const earlier = aPayment(services, { openid: payment.openid, total: 12000, paidAt })
  await settle(withBefore(() => record(earlier)))
  const grants = await services.db
    .selectFrom('grants')
    .select(['tier', 'transaction_id'])
    .where('campaign_id', '=', campaign.id)
    .execute()
  expect(grants).toEqual([{ tier: 10000, transaction_id: earlier.transactionId }])
})

test('a refund that comes while the grant is being written waits for it and takes it back', async () => {
  await record()
  await using holding = await holdGrants(services.db)
  const settling = settle()
  await statementsWait(services.db)
  const refunding = refund()
  await statementsWait(services.db, 2)
  await holding.letGo()
  await settling
  expect(await refunding).toEqual({ inFlight: false })
  expect(await shown()).toEqual([takenBack])
})

test('a refund whose last statement fails has changed nothing, and is taken whole when it comes again', async () => {
  await record()
  await settle()
  const again = aRefund(services, payment)
  {
    await using _ = await aTrigger(services.db, 'before update of refunded_at on grants', "raise 'the machine is gone'")
    await expect(takeRefund(services, merchant, again)).rejects.toThrow('the machine is gone')
  }
  expect(await shown()).toEqual([{ status: 'pending', refunded: false, reasons: [null] }])
  const { transactionId } = payment
  const written = services.db.selectFrom('refunds').select('id').where('transaction_id', '=', transactionId)
  expect(await written.execute()).toEqual([])
  await takeRefund(services, merchant, again)
  expect(await shown()).toEqual([takenBack])
})

test.each(['paused', 'draft', 'ended'] as const)(
  'a refund takes back what a campaign gave that is now %s',
  async (state) => {
    await record()
    await settle()
    await services.db.updateTable('campaigns').set({ state }).where('id', '=', campaign.id).execute()
    services.catalog.forget()
    await refund()
    expect(await shown()).toEqual([takenBack])
  },
)

test('a refund takes back what a campaign gave whose end was moved before the payment', async () => {
  await record()
  await settle()
  const ends_at = new Date(payment.paidAt.getTime() - 1)
  await services.db.updateTable('campaigns').set({ ends_at }).where('id', '=', campaign.id).execute()
  services.catalog.forget()
  await refund()
  expect(await shown()).toEqual([takenBack])
})

describe('an operator who tries a grant again', () => {
  const grantId = async () => (await memberGrants(services.db, merchant.id, payment.openid, 1))[0]!.id

  test('does not get back what was refunded', async () => {
    await record()
    await settle()
    await refund()
    expect(await retryGrants(services, [await grantId()])).toMatchObject([
      { status: 'refused', message: 'its payment was refunded: nothing is owed' },
    ])
    expect(await shown()).toEqual([takenBack])
  })

  test('nor when the refund comes while he does', async () => {
    await record()
    await settle()
    const coupon = services.db.updateTable('coupons').where('openid', '=', payment.openid)
    await coupon.set({ state: 'refused', reason: 'user_abnormal' }).execute()
    await services.db
      .deleteFrom('slots')
      .where('grant_id', '=', await grantId())
      .execute()
    const { catalog } = services
    const merchantById: typeof catalog.merchantById = async (id) => {
      await refund()
      return catalog.merchantById(id)
    }
    await retryGrants({ ...services, catalog: { ...catalog, merchantById } }, [await grantId()])
    expect(await shown()).toEqual([{ status: 'refused', refunded: true, reasons: ['user_abnormal'] }])
  })
})
