import type { Mutant } from '../mutant.ts'

/** Who holds a coupon, and for how long. */
export const leases: Mutant[] = [
  {
    name: 'lease-shorter-than-a-send',
    was: 4,
    harm: 'another process sends a coupon that is still being sent',
    file: 'src/ledger/coupon.ts',
    find: 'leaseMs = 10_000',
    replace: 'leaseMs = 3_000',
    tests: ['test/delivery/doors.test.ts'],
  },
  {
    name: 'send-longer-than-a-lease',
    was: 5,
    harm: 'the worker still waits for WeChat when its lease is over',
    file: 'src/delivery/doors.ts',
    find: 'worker: { timeoutMs: 5_000,',
    replace: 'worker: { timeoutMs: 20_000,',
    tests: ['test/delivery/doors.test.ts'],
  },
  {
    name: 'busy-pair-is-leased',
    was: 8,
    harm: 'one coupon whose pair is being sent keeps the whole look from sending anything',
    file: 'src/ledger/lease.ts',
    find: `and \${free} and \${unpaired}
          order by due_at
          limit \${hands}`,
    replace: `and \${free}
          order by due_at
          limit \${hands}`,
    tests: ['test/delivery/loop.test.ts'],
  },
  {
    name: 'lease-ends-by-our-own-clock',
    harm: 'a process whose clock is ahead takes and sends what another one is sending',
    file: 'src/ledger/lease.ts',
    find: `and \${free} and \${unpaired}
          order by due_at
          limit \${hands}`,
    replace: `and (c.lease_token is null or c.leased_until <= \${now})
          order by due_at
          limit \${hands}`,
    tests: ['test/delivery/lease-time.test.ts'],
  },
  {
    name: 'release-without-token',
    was: 16,
    harm: 'whose lease ran out frees the coupon that another is sending',
    file: 'src/ledger/postpone.ts',
    find: `      reason: reason ?? eb.ref('reason'),
    }))
    .where('id', '=', coupon.id)
    .where('lease_token', '=', coupon.lease.token)`,
    replace: `      reason: reason ?? eb.ref('reason'),
    }))
    .where('id', '=', coupon.id)`,
    tests: ['test/ledger/settle.test.ts'],
  },
  {
    name: 'postpone-without-token',
    harm: 'the first send of a row ends the lease of the second',
    file: 'src/ledger/postpone.ts',
    find: `        last_request_id: answer.request_id,
      }))
      .where('id', '=', coupon.id)
      .where('lease_token', '=', coupon.lease.token)`,
    replace: `        last_request_id: answer.request_id,
      }))
      .where('id', '=', coupon.id)`,
    tests: ['test/delivery/doubt.test.ts'],
  },
  {
    name: 'refusal-without-token',
    harm: 'an answer to an older lease refuses what another holds',
    file: 'src/ledger/settle.ts',
    find: ".where('lease_token', '=', coupon.lease.token)",
    replace: '',
    tests: ['test/ledger/settle.test.ts'],
  },
  {
    name: 'doubt-ended-without-token',
    harm: 'who looked the coupon up under a lost lease ends the doubt of a send that came after',
    file: 'src/ledger/postpone.ts',
    find: `.set({ doubt_since: null, doubt_ended_at: at })
    .where('id', '=', coupon.id)
    .where('lease_token', '=', coupon.lease.token)`,
    replace: `.set({ doubt_since: null, doubt_ended_at: at })
    .where('id', '=', coupon.id)`,
    tests: ['test/ledger/settle.test.ts'],
  },
  {
    name: 'dead-lease-is-no-doubt',
    harm: 'what a dead process sent is cancelled by a refund, and sent again under another number',
    file: 'src/ledger/lease.ts',
    find: 'doubt_since = coalesce(o.doubt_since, dead.since)',
    replace: 'doubt_since = o.doubt_since',
    tests: ['test/delivery/doubt.test.ts'],
  },
  {
    name: 'dead-lease-leaves-no-trace',
    harm: 'the look-up does not know when a dead process may have sent',
    file: 'src/ledger/lease.ts',
    find: "select id, begun, 'lease_ran_out' from ran_out`",
    replace: "select id, begun, 'lease_ran_out' from ran_out where false`",
    tests: ['test/delivery/doubt.test.ts'],
  },
  {
    name: 'dead-lease-is-dated-now',
    harm: 'what a process sent that died an hour ago is not found by the look-up',
    file: 'src/ledger/lease.ts',
    find: "o.leased_until - ${leaseMs} * interval '1 millisecond' as begun",
    replace: '${clock.now()}::timestamptz as begun',
    tests: ['test/delivery/doubt.test.ts'],
  },
  {
    name: 'old-doubt-looks-young',
    harm: 'a number that WeChat may have forgotten goes out again without a look-up',
    file: 'src/ledger/lease.ts',
    find: 'coalesce(o.doubt_since, dead.since)',
    replace: 'coalesce(o.doubt_since, ${clock.now()})',
    tests: ['test/delivery/doubt.test.ts'],
  },
  {
    name: 'dead-lease-is-not-looked-at-again',
    harm: 'a lease that another process took anew is ended, and the two coupons of a pair are sent at once',
    file: 'src/ledger/lease.ts',
    find: 'where o.id = dead.id and o.lease_token is not null and o.leased_until <= lease_clock()',
    replace: 'where o.id = dead.id',
    tests: ['test/delivery/doubt.test.ts'],
  },
  {
    name: 'slow-ledger-is-not-noticed',
    harm: 'a coupon is sent whose lease is over in a moment',
    file: 'src/delivery/sender.ts',
    find: 'if (leftMs < leastSendMs) return letGo(services, coupon, coupon.reason ?? undefined, clock.now())',
    replace: '',
    tests: ['test/delivery/lease-time.test.ts'],
  },
  {
    name: 'turn-outlasts-the-lease',
    harm: 'a coupon waits for a turn that comes when its lease is over, and uses that turn up for nothing',
    file: 'src/delivery/sender.ts',
    find: 'Math.min(options.patienceMs, timeLeftMs(services, coupon))',
    replace: 'options.patienceMs',
    tests: ['test/delivery/lease-time.test.ts'],
  },
]
