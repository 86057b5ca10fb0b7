import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import type { Payment, Refund } from '../../src/payments/payment.ts'
import type { SpendRule } from '../../src/plumbing/storage/schema.ts'
import type { Services } from '../../src/services.ts'
import type { Stock } from '../../src/plumbing/storage/schema/stock.ts'
import { aCampaign } from './builders.ts'

let serial = 0

/** A payment of 60 yuan now, or as the changes say. */
export function aPayment(services: Services, changes: Partial<Payment> = {}): Payment {
  serial += 1
  const total = changes.total ?? 6000
  return {
    transactionId: `4200002026${serial}`,
    outTradeNo: `order-${serial}`,
    mchid: '1601400973',
    subMchid: undefined,
    openid: `member-${serial}`,
    total,
    payerTotal: total,
    promotions: [],
    goodsTag: undefined,
    paidAt: services.clock.now(),
    source: 'event',
    ...changes,
  }
}

/** The whole payment given back, or as the changes say. */
export function aRefund(services: Services, payment: Payment, changes: Partial<Refund> = {}): Refund {
  serial += 1
  return {
    transactionId: payment.transactionId,
    refundId: `5030${serial}`,
    refund: payment.total,
    payerRefund: undefined,
    refundedAt: services.clock.now(),
    ...changes,
  }
}

/** A published campaign that gives one coupon from 50 yuan on. */
export function aSpendCampaign(
  services: Services,
  stock: Stock,
  rule: Partial<SpendRule> = {},
  changes: Parameters<typeof aCampaign>[2] = {},
): Promise<Campaign> {
  const spend: SpendRule = {
    basis: 'payer_total',
    mode: 'single',
    window_days: 30,
    tiers: [{ at_least: 5000, coupons: [{ stock_id: stock.stock_id, count: 1 }] }],
    tier_rule: 'highest',
    exclude_orders_using_our_coupons: true,
    hold_minutes: 0,
    ...rule,
  }
  return aCampaign(services, stock, { kind: 'spend', spend, limits: {}, coupons: [], ...changes })
}
