import { type Rules, stockIdsOf } from '../../../../campaigns/rules-of.ts'
import type { Stock } from '../../../../plumbing/storage/schema/stock.ts'

/** Each coupon that the rules give as a member has it, for the part `ticket`. */
export function ticketsOf(rules: Rules, stocks: Map<string, Stock>, sender: string) {
  return stockIdsOf(rules).flatMap((id) => {
    const stock = stocks.get(id)
    if (!stock) return []
    const { name, coupon_amount: fen, transaction_minimum: minimumFen, available_end: until } = stock
    return [{ name, fen, minimumFen, sender, until }]
  })
}
