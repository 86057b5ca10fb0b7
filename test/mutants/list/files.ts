import type { Mutant } from '../mutant.ts'

/** Bills and flow files, from which payments earn and coupons count as used. */
export const files: Mutant[] = [
  {
    name: 'stock-has-flows-only-when-wechat-was-asked',
    harm: 'uses of coupons that we sent are never fetched while a stock cannot be read, and the day looks explained',
    file: 'src/stocks/given.ts',
    find: 'or exists (select from coupons c',
    replace: 'or false and exists (select from coupons c',
    tests: ['test/days/till-to-sheet.test.ts'],
  },
  {
    name: 'stock-is-not-read-after-its-campaign',
    harm: 'what WeChat gave of a stock on the last day is not known, and coupons that others sent stay unseen',
    file: 'src/stocks/needed.ts',
    find: 'and settled_at > ${daysBefore(now, countedDays)})',
    replace: 'and settled_at > ${daysBefore(now, -countedDays)})',
    tests: ['test/days/till-to-sheet.test.ts'],
  },
  {
    name: 'file-whose-hash-differs-is-imported',
    harm: 'payments that WeChat never wrote into the bill earn coupons',
    file: 'src/files/fetch-file.ts',
    find: "if (!hashOf || (file.kind === 'trade_bill' && hashOf === 'packed'))",
    replace: 'if (said.sha1.length === 0)',
    tests: ['test/files/bills.test.ts', 'test/files/flows.test.ts'],
  },
  {
    name: 'redirect-of-a-file-is-a-passing-refusal',
    harm: 'a file that somebody moves to a host of his own is asked for again and again, and nobody is told',
    file: 'src/wechat/files/download.ts',
    find: "return resolve({ kind: 'foreign', detail: redirectionOf(headers) })",
    replace: "return resolve({ kind: 'refused', status, detail: redirectionOf(headers) })",
    tests: ['test/files/foreign-hosts.test.ts'],
  },
  {
    name: 'refund-in-a-bill-read-twice-is-taken-off-twice',
    harm: 'each reading of the same bill takes a partial refund off once more, and coupons that are owed are not given',
    file: 'src/files/import-refunds.ts',
    find: 'return { transactionId, refundId, outRefundNo: row.outRefundNo, refund,',
    replace: 'return { transactionId, refundId: `bill-${Math.random()}`, refund,',
    tests: ['test/files/bills.test.ts'],
  },
  {
    name: 'payments-of-a-bill-leave-the-facts-as-they-were',
    harm: 'an award that was decided before the bill was read is written beside it, and a tier is given that is not earned',
    file: 'src/payments/intake-many.ts',
    find: 'await raiseFacts(trx, merchant.id, ...written.map(({ openid }) => openid))',
    replace: 'await raiseFacts(trx, merchant.id)',
    tests: ['test/files/long-bills.test.ts', 'test/payments/apply-many.test.ts'],
  },
]
