import type { Mutant } from '../mutant.ts'

const tests = ['test/stocks/provider/make-stock.test.ts']

/** What is asked of WeChat with a provider's keys. */
export const providerActs: Mutant[] = [
  {
    name: 'new-stock-per-repeat',
    harm: 'a repeat after a lost answer makes a second stock, whose budget is locked as well',
    file: 'src/stocks/provider/plan/request.ts',
    find: "createHash('sha256').update(inOrder(plan))",
    replace: "createHash('sha256').update(inOrder(plan) + Math.random())",
    tests,
  },
  {
    name: 'order-of-keys-counts',
    harm: 'the same file, written in another order, makes a second stock',
    file: 'src/stocks/provider/plan/request.ts',
    find: '.toSorted(([one], [other]) => (one < other ? -1 : 1))',
    replace: '',
    tests: ['test/stocks/provider/request.test.ts'],
  },
  {
    name: 'other-content-under-one-number',
    harm: 'the operator is told the number of another stock than the one that the file describes',
    file: 'src/stocks/provider/made-stocks.ts',
    find: '  if (fields.length === 0) return\n',
    replace: '  if (fields.length >= 0) return\n',
    tests,
  },
  {
    name: 'known-stock-is-forgotten',
    harm: 'what WeChat made is not kept: every repeat asks again',
    file: 'src/stocks/provider/make-stock.ts',
    find: '  if (stockId) await keepStockId(',
    replace: '  if (!stockId) await keepStockId(',
    tests,
  },
  {
    name: 'no-after-silence-is-believed',
    harm: 'a stock that was made is told as refused',
    file: 'src/stocks/provider/ask-until-known.ts',
    find: '    mayHaveArrived ||= mayBeDone(reply)\n',
    replace: '',
    tests,
  },
  {
    name: 'foreign-callback-is-replaced',
    harm: "another system hears nothing of its coupons' use any more",
    file: 'src/stocks/provider/callback.ts',
    find: '  if (state.set !== null && !replace) {',
    replace: '  if (state.set === undefined && !replace) {',
    tests: ['test/stocks/provider/callback.test.ts'],
  },
]
