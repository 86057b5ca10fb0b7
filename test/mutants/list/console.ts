import type { Mutant } from '../mutant.ts'

const routes = ['test/web/console/routes.test.ts']

/** Who may do what at the console. */
export const atTheConsole: Mutant[] = [
  {
    name: 'own-approval',
    harm: 'one person spends the money that two should look at',
    file: 'src/operators/proposals/decide.ts',
    find: 'proposal.asked_by === person.operatorId && !alone',
    replace: 'proposal.asked_by === 0 && !alone',
    tests: ['test/operators/proposals.test.ts'],
  },
  {
    name: 'stale-approval',
    harm: 'what is done is not what was asked for',
    file: 'src/operators/proposals/decide.ts',
    find: "throw new Declined('proposal_stale')",
    replace: 'proposal.reason = null',
    tests: ['test/operators/proposals.test.ts'],
  },
  {
    name: 'code-works-twice',
    harm: 'whoever sees a code over a shoulder signs in with it',
    file: 'src/operators/codes.ts',
    find: "    .where('totp_step', '<', step)\n",
    replace: '',
    tests: ['test/operators/sign-in.test.ts'],
  },
  {
    name: 'stranger-locks-owner-out',
    harm: 'anybody who knows the e-mail keeps the owner from signing in',
    file: 'src/operators/attempts.ts',
    find: 'device.known ? byDevice() : byStranger()',
    replace: 'device.hash === "" ? byDevice() : byStranger()',
    tests: ['test/operators/sign-in.test.ts'],
  },
  {
    name: 'form-without-token',
    harm: 'a page of somebody else publishes a campaign in the name of whoever looks at it',
    file: 'src/web/console/middleware/form.ts',
    find: "if (!formTokenHolds(ctx, sessionToken, fields.get('_csrf') ?? ''))",
    replace: "if (!formTokenHolds(ctx, sessionToken, fields.get('_csrf') ?? '') && sessionToken === '')",
    tests: routes,
  },
  {
    name: 'other-merchant-is-found',
    harm: "staff of one merchant read and change what is another's",
    file: 'src/web/console/middleware/merchant-of.ts',
    find: "if (!merchant || !may(person, 'look', ofMerchant(merchant.id)))",
    replace: 'if (!merchant)',
    tests: routes,
  },
  {
    name: 'audit-row-is-rewritten',
    harm: 'who changed a row of the audit is not found out',
    file: 'src/operators/audit/chain.ts',
    find: 'entry.hash !== hashOfEntry(entry)',
    replace: 'entry.hash === ""',
    tests: ['test/operators/audit.test.ts'],
  },
]
