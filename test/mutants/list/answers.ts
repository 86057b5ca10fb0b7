import type { Mutant } from '../mutant.ts'

/** What an answer of WeChat means for one coupon, one stock or one account. */
export const answers: Mutant[] = [
  {
    name: 'unsigned-refusal-is-believed-at-once',
    harm: 'anybody between us and WeChat can refuse coupons',
    file: 'src/delivery/ask.ts',
    find: 'if (!isMembersOwn(first.row) || first.proven) return first',
    replace: 'return first',
    tests: ['test/delivery/sender.test.ts'],
  },
  {
    name: 'server-error-refuses',
    harm: 'a 5xx with a refusing code takes a coupon away that may exist',
    file: 'src/delivery/classify.ts',
    find: 'status >= 500 ? outcomes.filter((row) => !isMembersOwn(row)) : outcomes',
    replace: 'outcomes',
    tests: ['test/delivery/classify.test.ts'],
  },
  {
    name: 'one-member-halts-a-stock',
    harm: 'a single member’s fault stops a stock for everybody',
    file: 'src/delivery/suspicions.ts',
    find: 'membersToHalt = 3',
    replace: 'membersToHalt = 1',
    tests: ['test/delivery/suspicions.test.ts'],
  },
  {
    name: 'two-members-halt-a-stock',
    harm: 'the same, by two members',
    file: 'src/delivery/suspicions.ts',
    find: 'membersToHalt = 3',
    replace: 'membersToHalt = 2',
    tests: ['test/delivery/suspicions.test.ts'],
  },
  {
    name: 'success-clears-no-suspicion',
    harm: 'three strange answers in ten minutes halt a stock that gives all the time',
    file: 'src/delivery/suspicions.ts',
    find: 'given && given > windowBegan ? given : windowBegan',
    replace: 'windowBegan',
    tests: ['test/delivery/suspicions.test.ts'],
  },
  {
    name: 'first-rule-limit-is-final',
    harm: 'a false RULE_LIMIT beside another send of the member takes a coupon away',
    file: 'src/delivery/tries.ts',
    find: 'return row.askOnceMore === true && (await countTries(services, coupon, askedOnceMore)) === 0',
    replace: 'return false',
    tests: ['test/delivery/sender.test.ts'],
  },
  {
    name: 'month-cap-refuses',
    harm: 'who has had 5,000 yuan this month loses what was earned for good',
    file: 'src/delivery/settlement.ts',
    find: "if (row.schedule === 'next_month') return settleMonthCap(services, coupon, outcome)",
    replace: "if (row.schedule === 'next_month') return settleRefused(services, coupon, outcome)",
    tests: ['test/delivery/month-cap.test.ts'],
  },
  {
    name: 'halt-does-not-stop-sends',
    harm: 'every coupon of a halted stock goes on being sent',
    file: 'src/delivery/sender.ts',
    find: 'options.probing ? undefined : await activeHalt(services, coupon.accountId, coupon.stockRef)',
    replace: 'undefined',
    tests: ['test/delivery/halts.test.ts', 'test/delivery/lanes.test.ts'],
  },
]
