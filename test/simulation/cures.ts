import type { Edit } from '../mutants/mutant.ts'

/** What takes the cure of a reviewed defect out of the code again, and where the simulation comes upon it. */
export type Cure = {
  /** Its number in the review. */
  name: string
  /** What goes wrong without it. */
  harm: string
  edits: Edit[]
  /** The mix of the alphabet in which it is met within few seeds; the plain seeds when absent. */
  mix?: string
}

export const cures: readonly Cure[] = [
  {
    name: 'P1',
    harm: 'a lease that ran out is no doubt',
    edits: [
      {
        file: 'src/ledger/doubt.ts',
        find: "${column('lease_token')} is null)`",
        replace: "(${column('lease_token')} is null or ${column('leased_until')} <= lease_clock()))`",
      },
    ],
    mix: 'orphans',
  },
  {
    name: 'P2',
    harm: 'a broken connection is forgotten once the other host answers',
    edits: [
      {
        file: 'src/wechat/pay/signed-exchange.ts',
        find: "return tried.failure?.word === 'reset' ? { ...again, mayHaveArrived: true } : again",
        replace: 'return again',
      },
    ],
    mix: 'faults',
  },
  {
    name: 'P3',
    harm: 'a limit added to a running campaign counts from zero',
    edits: [
      {
        file: 'src/ledger/limit-change.ts',
        find: 'if (was === undefined) await fillPlaces(trx, merchant.id, after.id, kind)',
        replace: '',
      },
    ],
  },
  {
    name: 'P5',
    harm: "a member's place that a dead process took at the gate is held for ever",
    edits: [
      {
        file: 'src/gate/gate-store.ts',
        find: 'export const believedSeconds = 15',
        replace: 'export const believedSeconds = 1e12',
      },
      {
        file: 'src/grants/award.ts',
        find: "limit.level === 'member' && !wanted.lease && attempt === 0",
        replace: 'false',
      },
    ],
    mix: 'deaths',
  },
  {
    name: 'P6',
    harm: 'an edit of a spend rule pays old payments again',
    edits: [{ file: 'src/campaigns/apply-in.ts', find: ', ...frozenFaults(before, values)]', replace: ']' }],
    mix: 'edits',
  },
  {
    name: 'P7',
    harm: 'one broken campaign stops all others',
    edits: [{ file: 'src/plumbing/each-by-itself.ts', find: 'errors.push(error)', replace: 'throw error' }],
  },
  {
    name: 'P8',
    harm: 'an award rests on facts that a refund has changed meanwhile',
    edits: [
      {
        file: 'src/ledger/reserve.ts',
        find: 'where g."factsVersion" is null or g.id in (select id from facts_hold)',
        replace: '',
      },
    ],
    mix: 'refunds',
  },
  {
    name: 'P9',
    harm: 'a retry does not wait for a refusal of the same grant',
    edits: [
      {
        file: 'src/ledger/reopen.ts',
        find: 'await lockGrant(trx, grant.id)',
        replace:
          "await trx.selectFrom('grants').select('refunded_at').where('id', '=', grant.id).executeTakeFirstOrThrow()",
      },
    ],
    mix: 'retries',
  },
  {
    name: 'P10',
    harm: 'the first report of a payment stands, though the second one names our coupon',
    edits: [
      {
        file: 'src/payments/intake.ts',
        find: 'const promotions = joinPromotions(first.promotions, told)',
        replace: 'const promotions = first.promotions',
      },
    ],
    mix: 'promotions',
  },
  {
    name: 'P11',
    harm: "the month's cap burns what was earned",
    edits: [
      {
        file: 'src/delivery/settlement.ts',
        find: "if (row.schedule === 'next_month') return settleMonthCap(services, coupon, outcome)",
        replace: "if (row.schedule === 'next_month') return settleRefused(services, coupon, outcome)",
      },
    ],
  },
]
