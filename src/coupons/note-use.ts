import type { Merchant } from '../merchants/merchant.ts'
import { AskAgain } from '../plumbing/ask-again.ts'
import type { Services } from '../services.ts'
import type { CouponUse } from '../wechat/pay/coupon-use.ts'
import { askCoupon } from './ask-coupon.ts'
import { concernedMerchants } from './concerned.ts'
import { recordRedemption } from './record-redemptions.ts'

/** How often the coupon is asked about before its notice is written without its order. */
const mostTries = 6

/** A notice can wait for its answer: nobody looks at it. */
const patience = { turnMs: 2_000, timeoutMs: 5_000 }

type Told = { mchid: string; use: CouponUse; toldAt: Date; attempts: number }

/**
 * Applies a COUPON.USE of the number `mchid`, whose keys proved it, at every merchant that it concerns; `toldAt` is when
 * it arrived. One that does not name its order is not lost: WeChat is asked about the coupon, and in the end the use is
 * written without its order (docs/wechat/pay-v3.md 5.4). Returns why the notice brought nothing; throws `AskAgain` while
 * WeChat may still answer.
 */
export async function noteCouponUse(services: Services, receiver: Merchant, told: Told): Promise<string | undefined> {
  const { mchid, use } = told
  const merchants = await concernedMerchants(services, receiver, mchid, use)
  for (const merchant of merchants) await noteAt(services, merchant, told)
  return merchants.length > 0 ? undefined : 'a use of a coupon of no stock here'
}

async function noteAt(services: Services, merchant: Merchant, told: Told): Promise<void> {
  const { use, toldAt, attempts } = told
  const { consume_time, consume_mchid, transaction_id } = use.consume_information ?? {}
  if (!transaction_id && (await isAnswered(services, merchant, use, attempts))) return
  await services.db.transaction().execute((trx) =>
    recordRedemption(trx, merchant, {
      source: 'notice',
      couponId: use.coupon_id,
      stockId: use.stock_id,
      transactionId: transaction_id || undefined,
      amount: use.normal_coupon_information?.coupon_amount,
      usedAt: consume_time,
      consumeMchid: consume_mchid,
      toldAt,
    }),
  )
}

/** True when WeChat's answer about our coupon took the notice's place; one that lags behind the use does not. */
async function isAnswered(services: Services, merchant: Merchant, use: CouponUse, attempts: number): Promise<boolean> {
  const coupon = await services.db
    .selectFrom('coupons')
    .select(['openid', 'account_id as accountId'])
    .where('merchant_id', '=', merchant.id)
    .where('coupon_id', '=', use.coupon_id)
    .executeTakeFirst()
  if (!coupon) return false
  const asked = await askCoupon(services, merchant, { ...coupon, couponId: use.coupon_id }, patience)
  if (asked.kind === 'later' && attempts < mostTries)
    throw new AskAgain('the coupon cannot be looked up at this moment')
  return asked.kind === 'told' && asked.state === 'USED'
}
