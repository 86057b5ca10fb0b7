import { expect, it } from 'vitest'
import { memberRequired } from '../../../src/web/member/middleware/member-required.ts'
import { session } from '../../../src/web/member/middleware/session.ts'
import type { MemberState } from '../../../src/web/member/state.ts'
import { merchant } from '../../../src/web/middleware/merchant.ts'
import type { Context } from '../../../src/web/shell/context.ts'
import { openRouteTable } from '../../../src/web/shell/route-table.ts'

/** Needs a member. */
function mine(ctx: Context<MemberState>): void {
  ctx.body = ctx.state.member.openid
}

it('a row compiles only where each step finds what it needs', () => {
  const { router, get } = openRouteTable()
  get('/m/:merchant/mine', merchant, session, memberRequired, mine)
  // @ts-expect-error Nobody found out whose session it is.
  get('/m/:merchant/one', merchant, memberRequired, mine)
  // @ts-expect-error Nobody keeps out those who are no members.
  get('/m/:merchant/two', merchant, session, mine)
  // @ts-expect-error A session is a merchant's, and no merchant was looked up.
  get('/three', session, memberRequired, mine)
  expect(router.stack.map(({ path }) => path)).toHaveLength(4)
})
