import type { Stock } from '../plumbing/storage/schema/stock.ts'
import { grouped, yuan } from './in-chinese.ts'
import { awardsOf, type Rules } from './rules-of.ts'

export type Stocks = Map<string, Pick<Stock, 'stock_id' | 'name' | 'coupon_amount' | 'transaction_minimum'>>

/** The most that a campaign gives. */
export type Promised = {
  /** Awards; undefined: the campaign has no total. */
  awards: number | undefined
  /** Fen of the dearest award. */
  fenEach: number
  /** Fen of all together; undefined without a total. */
  fen: number | undefined
}

/** The most that rules give, by the amounts of their stocks. */
export function promisedBy(rules: Pick<Rules, 'coupons' | 'spend' | 'limits'>, stocks: Stocks): Promised {
  const worth = awardsOf(rules).map((award) =>
    award.reduce((sum, { stock_id, count }) => sum + (stocks.get(stock_id)?.coupon_amount ?? 0) * count, 0),
  )
  const fenEach = Math.max(0, ...worth)
  const { awards, fen } = ofTiers(rules, worth)
  const { total = Number.POSITIVE_INFINITY } = rules.limits
  const most = Math.min(total, awards)
  if (most === Number.POSITIVE_INFINITY) return { awards: undefined, fenEach, fen: undefined }
  return { awards: most, fenEach, fen: Math.min(total * fenEach, fen) }
}

function ofTiers({ spend }: Pick<Rules, 'spend'>, worth: number[]): { awards: number; fen: number } {
  const totals = spend ? spend.tiers.map(({ total }) => total) : [undefined]
  if (totals.includes(undefined)) return { awards: Number.POSITIVE_INFINITY, fen: Number.POSITIVE_INFINITY }
  const sum = (numbers: number[]) => numbers.reduce((one, other) => one + other, 0)
  const sizes = totals.flatMap((total) => total ?? [])
  return { awards: sum(sizes), fen: sum(sizes.map((size, nth) => size * worth[nth]!)) }
}

/** The promise in a sentence: `最多 1,000 张 × 2 元 = 2,000 元`. */
export function promiseWords(rules: Rules, stocks: Stocks): string {
  const { awards, fenEach, fen } = promisedBy(rules, stocks)
  const isOne = awardsOf(rules).every((award) => award.length === 1 && award[0]!.count === 1)
  if (awards === undefined || fen === undefined) {
    return `不限总量：每${isOne ? '张' : '份'}最多 ${yuan(fenEach)} 元，发到批次发完或活动结束为止`
  }
  const unit = isOne ? '张' : '份'
  const product = fen === awards * fenEach ? `${grouped(awards)} ${unit} × ${yuan(fenEach)} 元 = ${yuan(fen)} 元` : ''
  return `最多 ${product || `${grouped(awards)} ${unit}，共 ${yuan(fen)} 元`}`
}
