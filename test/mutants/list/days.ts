import type { Mutant } from '../mutant.ts'

/** Days that are compared, explained and signed. */
export const days: Mutant[] = [
  {
    name: 'signed-day-is-compared-again',
    harm: 'what was signed is silently replaced by another comparison',
    file: 'src/days/compute.ts',
    find: 'if (await standingSignature(db, merchant.id, day)) return undefined',
    replace: '',
    tests: ['test/days/days.test.ts'],
  },
  {
    name: 'unexplained-day-is-signed',
    harm: 'a day is signed while nobody knows why it differs',
    file: 'src/days/sign.ts',
    find: '...unexplained(sheet).map(',
    replace: '...unexplained(sheet).slice(0, 0).map(',
    tests: ['test/days/days.test.ts'],
  },
]
