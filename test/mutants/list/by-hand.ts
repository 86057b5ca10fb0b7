import type { Mutant } from '../mutant.ts'

/** What an operator does by hand. */
export const byHand: Mutant[] = [
  {
    name: 'given-up-in-doubt',
    harm: 'what may be with the member is given up or moved: a second coupon under a second number',
    file: 'src/ledger/owed-for-sure.ts',
    find: 'rows.filter((row) => row.sure)',
    replace: 'rows',
    tests: ['test/grants/by-hand.test.ts'],
  },
  {
    name: 'ended-doubt-is-forgotten',
    harm: 'a coupon whose doubt was cleared up once is moved to another stock',
    file: 'src/ledger/owed-for-sure.ts',
    find: ' and doubt_ended_at is null',
    replace: '',
    tests: ['test/grants/by-hand.test.ts'],
  },
  {
    name: 'past-attempts-are-forgotten',
    harm: 'a coupon whose refusals nobody signed is moved to another stock',
    file: 'src/ledger/owed-for-sure.ts',
    find: 'a.outcome = any(${mayHaveArrived.map(({ name }) => name)}))`',
    replace: 'false)`',
    tests: ['test/grants/by-hand.test.ts'],
    guardedBy: {
      guard: 'the doubt that each such try leaves',
      file: 'src/ledger/doubt.ts',
      find: "${column('doubt_since')} is null and ",
      replace: '',
    },
  },
  {
    name: 'retry-reopens-doubt',
    harm: 'a refused coupon in doubt gets a second place, and with a new number a second coupon',
    file: 'src/ledger/reopen.ts',
    find: "    .where('doubt_since', 'is', null)\n",
    replace: '',
    tests: ['test/ledger/settle.test.ts'],
  },
  {
    name: 'retry-takes-no-places',
    harm: 'a reopened grant is given above the limit',
    file: 'src/ledger/reopen.ts',
    find: 'if (refused.length > 0) await takeGrantPlaces(trx, { ...reopening, campaign }, held)',
    replace: '',
    tests: ['test/ledger/settle.test.ts'],
  },
  {
    name: 'send-again-takes-what-is-held',
    harm: 'an operator sends what a campaign holds until refunds are over',
    file: 'src/delivery/send-again.ts',
    find: '.where((eb) => eb.not(isHeld(clock.now())))',
    replace: '',
    tests: ['test/delivery/halts.test.ts'],
  },
]
