import type { Promotion } from '../plumbing/storage/schema.ts'
import { noCashTotal } from '../wechat/pay-v2/payment.ts'

/**
 * Joins the promotions of one payment from two reports. A promotion in both reports appears once, with the fields of
 * both. Where they differ, the report that alone names the coupon wins, since the other one may state the face value;
 * otherwise the first report wins. A promotion in the second report only is added. None is ever removed, since our own
 * coupons exclude an order.
 */
export function joinPromotions(first: Promotion[], second: Promotion[]): Promotion[] {
  const joined = first.map((promotion) => ({ ...promotion }))
  const unmatched = new Set(joined)
  // Promotions with a coupon number are matched first; those with only a stock are matched with what is left.
  let unfound = second.toSorted((a, b) => Number(!a.coupon_id) - Number(!b.coupon_id))
  for (const isLike of [sameNumber, sameStockAndAmount, sameStockByNumberAndWithout]) {
    unfound = unfound.filter((promotion) => {
      const like = [...unmatched].find((one) => isLike(one, promotion))
      if (!like) return true
      unmatched.delete(like)
      Object.assign(like, inOne(like, promotion))
      return false
    })
  }
  return [...joined, ...unfound.map((promotion) => ({ ...promotion }))]
}

function inOne(one: Promotion, other: Promotion): Promotion {
  return one.coupon_id === undefined && other.coupon_id !== undefined
    ? { ...one, ...defined(other) }
    : { ...other, ...defined(one) }
}

function sameNumber(one: Promotion, other: Promotion): boolean {
  return one.coupon_id !== undefined && one.coupon_id === other.coupon_id
}

/**
 * One report may leave the coupon's number out (docs/wechat/payment-triggers.md 1.3). A total of several coupons never
 * matches a single coupon.
 */
function sameStockAndAmount(one: Promotion, other: Promotion): boolean {
  if (one.coupon_id !== undefined && other.coupon_id !== undefined) return false
  if ((one.type === noCashTotal) !== (other.type === noCashTotal)) return false
  return one.stock_id === other.stock_id && (one.amount ?? other.amount) === (other.amount ?? one.amount)
}

/**
 * The amounts may differ, since one report may state the face value and the other what the coupon took off. Exactly one
 * of the two must have a number: two promotions without a number may be two coupons.
 */
function sameStockByNumberAndWithout(one: Promotion, other: Promotion): boolean {
  const isNumberedOnce = (one.coupon_id === undefined) !== (other.coupon_id === undefined)
  return isNumberedOnce && one.stock_id !== undefined && one.stock_id === other.stock_id
}

function defined(promotion: Promotion): Promotion {
  return Object.fromEntries(Object.entries(promotion).filter(([, value]) => value !== undefined))
}
