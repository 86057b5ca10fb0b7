import type { Promotion } from '../schema.ts'

/**
 * The promotions of one payment as two reports of it tell them. A promotion that both name stands once, with what either
 * says of it; one that only the second names is added. Nothing is ever taken away: promotions only exclude.
 */
export function joinPromotions(first: Promotion[], second: Promotion[]): Promotion[] {
  const joined = first.map((promotion) => ({ ...promotion }))
  const unmatched = new Set(joined)
  // Whose number is known finds its like first, so that one that is told by its stock alone takes what is left.
  for (const promotion of [...second].sort((a, b) => Number(!a.coupon_id) - Number(!b.coupon_id))) {
    const like =
      [...unmatched].find((one) => sameNumber(one, promotion)) ??
      [...unmatched].find((one) => sameStock(one, promotion))
    if (!like) {
      joined.push({ ...promotion })
      continue
    }
    unmatched.delete(like)
    Object.assign(like, { ...promotion, ...defined(like) })
  }
  return joined
}

function sameNumber(one: Promotion, other: Promotion): boolean {
  return one.coupon_id !== undefined && one.coupon_id === other.coupon_id
}

/** One report may leave the coupon's number out (wechat/payment-triggers.md 1.3). */
function sameStock(one: Promotion, other: Promotion): boolean {
  if (one.coupon_id !== undefined && other.coupon_id !== undefined) return false
  return one.stock_id === other.stock_id && (one.amount ?? other.amount) === (other.amount ?? one.amount)
}

function defined(promotion: Promotion): Promotion {
  return Object.fromEntries(Object.entries(promotion).filter(([, value]) => value !== undefined))
}
