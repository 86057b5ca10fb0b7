import { afterAll, beforeAll, beforeEach } from 'vitest'
import { applyCampaign } from '../../src/campaigns/apply.ts'
import { claim } from '../../src/claims/claim.ts'
import { Unusable } from '../../src/plumbing/unusable.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import { recordPayment } from '../../src/payments/intake.ts'
import type { Payment } from '../../src/payments/payment.ts'
import { applyPayment } from '../../src/payments/apply-payment.ts'
import type { Services } from '../../src/services.ts'
import type { Stock } from '../../src/plumbing/storage/schema/stock.ts'
import { aMerchant, aStock } from '../support/builders.ts'
import { openTestServices } from '../support/services.ts'
import { aPayment } from '../support/spend.ts'

const noon = Date.parse('2026-11-23T12:00:00+08:00')

/** A merchant with a stock for each test of the file, at noon in Beijing, who applies and edits the campaign `spend`. */
export function useSpendShop(options: { redis?: false } = { redis: false }) {
  let nowMs = noon
  let services: Services & AsyncDisposable
  let merchant: Merchant
  let stock: Stock

  beforeAll(async () => {
    services = await openTestServices({ ...options, clock: { now: () => new Date(nowMs) } })
  })
  beforeEach(async () => {
    nowMs = noon
    merchant = await aMerchant(services)
    stock = await aStock(services, merchant)
  })
  afterAll(() => services[Symbol.asyncDispose]())

  const tier = (at_least: number) => ({ at_least, coupons: [{ stock_id: stock.stock_id, count: 1 }] })
  const apply = (file: unknown) => applyCampaign(services, merchant, file)
  const campaign = (slug = 'spend') => services.catalog.campaign(merchant.id, slug)
  return {
    get services() {
      return services
    },
    get merchant() {
      return merchant
    },
    get stock() {
      return stock
    },
    now: () => nowMs,
    goTo: (moment: number) => void (nowMs = moment),
    pass: (milliseconds: number) => void (nowMs += milliseconds),
    tier,
    aFile: (spend: Record<string, unknown> = {}, changes: Record<string, unknown> = {}) => ({
      slug: 'spend',
      kind: 'spend',
      title: '消费有礼',
      starts_at: '2026-11-01T00:00:00+08:00',
      ends_at: '2026-12-31T23:59:59+08:00',
      state: 'published',
      spend: { tiers: [tier(5000)], ...spend },
      ...changes,
    }),
    apply,
    campaign,
    async faultsOf(file: unknown): Promise<string[]> {
      const error: unknown = await apply(file).catch((reason: unknown) => reason)
      if (!(error instanceof Unusable)) throw new Error('expected an Unusable', { cause: error })
      return error.faults
    },
    async paid(changes: Partial<Payment> = {}): Promise<Payment> {
      const payment = aPayment(services, changes)
      await recordPayment(services, merchant, payment)
      await applyPayment(services, merchant, payment.transactionId)
      return payment
    },
    async tiersOf({ openid }: Payment): Promise<(number | null)[]> {
      const grants = services.db.selectFrom('grants').select('tier').where('openid', '=', openid).orderBy('tier')
      return (await grants.execute()).map((grant) => grant.tier)
    },
    tap: async ({ openid }: Payment, slug?: string) =>
      claim(services, { merchant, campaign: (await campaign(slug))!, openid, claimKey: `tap-${nowMs}` }),
  }
}
