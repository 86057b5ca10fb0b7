import type { Merchant } from '../merchants/merchant.ts'
import { AskAgain } from '../plumbing/ask-again.ts'
import type { Services } from '../services.ts'
import type { CouponUse } from '../wechat/pay/coupon-use.ts'
import { askCoupon } from './ask-coupon.ts'
import { recordRedemption } from './record-redemptions.ts'

/** How often the coupon is asked about before its notice is written without its order. */
const mostTries = 6

/** A notice can wait for its answer: nobody looks at it. */
const patience = { turnMs: 2_000, timeoutMs: 5_000 }

/**
 * Applies a COUPON.USE of the number `mchid`, whose keys proved it; `toldAt` is when it arrived. One that does not name
 * its order is not lost: WeChat is asked about the coupon, and in the end the use is written without its order
 * (docs/wechat/pay-v3.md 5.4). Returns why the notice brought nothing; throws `AskAgain` while WeChat may still answer.
 */
export async function noteCouponUse(
  services: Services,
  merchant: Merchant,
  { mchid, use, toldAt, attempts }: { mchid: string; use: CouponUse; toldAt: Date; attempts: number },
): Promise<string | undefined> {
  // Only the number that made the stock is told of uses: another one's word is no proof.
  if (use.stock_creator_mchid !== mchid) return `a use of a stock of ${use.stock_creator_mchid}, proven by ${mchid}`
  const made = await isMadeBy(services, merchant, use)
  if (!made) return 'a use of a coupon of no stock here'
  const { consume_time, consume_mchid, transaction_id } = use.consume_information ?? {}
  const isWhole = transaction_id !== undefined && transaction_id !== ''
  if (!isWhole && (await isAnswered(services, merchant, use, attempts))) return undefined
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
  return undefined
}

async function isMadeBy({ db }: Services, merchant: Merchant, use: CouponUse): Promise<boolean> {
  const stock = await db
    .selectFrom('stocks')
    .select('id')
    .where('merchant_id', '=', merchant.id)
    .where('stock_id', '=', use.stock_id)
    .where('creator_mchid', '=', use.stock_creator_mchid)
    .executeTakeFirst()
  return stock !== undefined
}

/** True when WeChat's answer about our coupon took the notice's place. */
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
  return asked.kind === 'told'
}
