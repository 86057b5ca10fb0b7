import type { World, WorldMerchant, WorldStock } from './world.ts'

const dayMs = 86_400_000
const windowMs = 89 * dayMs
/**
 * Stocks of a kept world that end sooner get new windows. WeChat never does that, but a demo should also start next
 * year.
 */
const renewBelowMs = 30 * dayMs

/** Moves the windows of the demo's stocks that end soon, so that a kept world still works; called when a demo starts. */
export function renewStocks(world: World, now: Date): void {
  const ofDemo = world.merchants.flatMap(({ campaigns }) => Object.values(campaigns).map(({ stockId }) => stockId))
  for (const stock of world.stocks.filter((each) => ofDemo.includes(each.stock_id))) {
    if (new Date(stock.available_end_time).getTime() - now.getTime() >= renewBelowMs) continue
    stock.available_begin_time = new Date(now.getTime() - dayMs).toISOString()
    stock.available_end_time = new Date(now.getTime() - dayMs + windowMs).toISOString()
  }
}

/** One stock for each of a merchant's campaigns, all from the provider and sendable by the merchant. */
export function demoStocks(merchant: WorldMerchant, creatorMchid: string, from: Date): WorldStock[] {
  const shared = {
    stock_creator_mchid: creatorMchid,
    status: 'running' as const,
    stock_type: 'NORMAL' as const,
    no_cash: false,
    create_time: from.toISOString(),
    available_begin_time: from.toISOString(),
    // One day below WeChat's longest window of 90 days (docs/wechat/pay-v3.md 2.1).
    available_end_time: new Date(from.getTime() + windowMs).toISOString(),
    max_coupons: 10_000,
    max_coupons_per_user: 10,
    senders: merchant.mchids.filter((mchid) => mchid !== creatorMchid),
    natural_person_limit: false,
    prevent_api_abuse: false,
  }
  const { link, card_open, spend } = merchant.campaigns
  return [
    {
      ...shared,
      stock_id: link.stockId,
      stock_name: '满30减10元券',
      description: '满 30 元自动抵扣 10 元，门店与线上商城通用。',
      coupon_amount: 1000,
      transaction_minimum: 3000,
      goods_tag: ['MUTEX_STORE', 'MUTEX_ONLINE', 'NO_MUTEX_STORE', 'NO_MUTEX_ONLINE'],
    },
    {
      ...shared,
      stock_id: card_open.stockId,
      stock_name: '开卡礼满20减8',
      description: '新会员专享，满 20 元自动抵扣 8 元，仅限门店使用。',
      coupon_amount: 800,
      transaction_minimum: 2000,
      goods_tag: ['MUTEX_STORE', 'NO_MUTEX_STORE'],
    },
    {
      ...shared,
      stock_id: spend.stockId,
      stock_name: '消费礼满40减12',
      description: '满 40 元自动抵扣 12 元，不与门店通用券同时使用。',
      coupon_amount: 1200,
      transaction_minimum: 4000,
      goods_tag: ['MUTEX_STORE'],
    },
  ]
}
