import type { Stock } from '../plumbing/storage/schema/stock.ts'
import { goodsTagSet } from '../stocks/goods-tags.ts'

/** A stock in lines for an operator; amounts in yuan. */
export function describeStock(stock: Stock): string[] {
  const yuan = (fen: number) => (fen / 100).toFixed(2)
  return [
    `stock ${stock.stock_id}: ${stock.name}, ${stock.status}`,
    `  ${yuan(stock.coupon_amount)} yuan off from ${yuan(stock.transaction_minimum)} yuan on, ${stock.no_cash ? '免充值' : '预充值'}`,
    `  usable ${stock.available_begin.toISOString()} to ${stock.available_end.toISOString()}`,
    `  ${stock.distributed_coupons} of ${stock.max_coupons} sent, at most ${stock.max_coupons_per_user} a member`,
    `  ${stock.goods_tags.join('+')} (${stock.goods_tags_from}): ${goodsTagSet(stock.goods_tags)?.meaning ?? 'unknown'}`,
  ]
}
