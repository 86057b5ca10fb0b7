import type { Mutant } from '../mutant.ts'

/** What became of coupons that were sent. */
export const coupons: Mutant[] = [
  {
    name: 'any-number-tells-of-uses',
    harm: 'whoever holds the keys of one number makes up uses of another number’s stocks',
    file: 'src/coupons/concerned.ts',
    find: ".where('creator_mchid', '=', mchid)",
    replace: ".where('creator_mchid', '=', use.stock_creator_mchid)",
    tests: ['test/coupons/used-coupons.test.ts'],
  },
  {
    name: 'neighbour-is-believed',
    harm: 'a merchant that enters keys of its own for a provider’s number makes up uses at that provider’s other merchants',
    file: 'src/coupons/concerned.ts',
    find: 'account && hasSameKeys(account, proven) ? [merchant] : []',
    replace: 'account ? [merchant] : []',
    tests: ['test/coupons/one-callback-address.test.ts'],
  },
  {
    name: 'part-of-a-refund-undoes-a-use',
    harm: 'a refund of one fen makes a coupon look usable, and the day’s redemptions too few',
    file: 'src/coupons/returns.ts',
    find: 'f.refund >= r.order_total',
    replace: 'f.refund > 0',
    tests: ['test/coupons/used-coupons.test.ts'],
  },
  {
    name: 'use-without-order-counts-again',
    harm: 'one use is counted twice: the day’s fen are too many',
    file: 'src/coupons/join-fact.ts',
    find: 'return told.transaction_id === null || row.transaction_id === told.transaction_id',
    replace: 'return row.transaction_id === told.transaction_id',
    tests: ['test/coupons/used-coupons.test.ts', 'test/coupons/any-order.test.ts'],
  },
  {
    name: 'refund-makes-usable-unasked',
    harm: 'members are promised a coupon that WeChat has not given back',
    file: 'src/coupons/standing.ts',
    find: "const isUnsure = last?.returned_source === 'refund' && !isTold",
    replace: 'const isUnsure = false',
    tests: ['test/web/member/pages/own-coupons.test.ts'],
  },
]
