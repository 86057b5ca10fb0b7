import type { Promotion } from '../plumbing/storage/schema.ts'
import { noCashTotal } from '../wechat/pay-v2/payment.ts'

/**
 * The promotions of one payment as two reports of it tell them. A promotion that both name stands once, with what either
 * says of it: where they differ, the one that alone names the coupon is right, since the other may state its face value;
 * else the first. One that only the second names is added. Nothing is ever taken away, for our own coupons exclude an
 * order.
 */
export function joinPromotions(first: Promotion[], second: Promotion[]): Promotion[] {
  const joined = first.map((promotion) => ({ ...promotion }))
  const unmatched = new Set(joined)
  // Whose number is known finds its like first, so that one that is told by its stock alone takes what is left.
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
 * One report may leave the coupon's number out (docs/wechat/payment-triggers.md 1.3). A sum of coupons is none of them.
 */
function sameStockAndAmount(one: Promotion, other: Promotion): boolean {
  if (one.coupon_id !== undefined && other.coupon_id !== undefined) return false
  if ((one.type === noCashTotal) !== (other.type === noCashTotal)) return false
  return one.stock_id === other.stock_id && (one.amount ?? other.amount) === (other.amount ?? one.amount)
}

/** A face value is not always what the coupon took off. Two without a number may well be two coupons. */
function sameStockByNumberAndWithout(one: Promotion, other: Promotion): boolean {
  const isNumberedOnce = (one.coupon_id === undefined) !== (other.coupon_id === undefined)
  return isNumberedOnce && one.stock_id !== undefined && one.stock_id === other.stock_id
}

function defined(promotion: Promotion): Promotion {
  return Object.fromEntries(Object.entries(promotion).filter(([, value]) => value !== undefined))
}
