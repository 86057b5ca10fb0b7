import { memberGrants } from '../../../grants/grants.ts'
import { supportNumber } from '../../../members/support-number.ts'
import type { Context } from '../../shell/context.ts'
import { render } from '../render.ts'
import type { MemberState } from '../state.ts'
import { grantView } from './grant-view.ts'
import { standingsOf } from './own-coupons.ts'

/** More than a member ever has in one merchant's campaigns, and still one short page. */
const mostShown = 50

/** `GET /m/{merchant}/coupons`: what this merchant gave the member, newest first, and what became of it. */
export async function list(ctx: Context<MemberState>): Promise<void> {
  const { services, merchant, member } = ctx.state
  const now = services.clock.now()
  const grants = await memberGrants(services.db, merchant.id, member.openid, mostShown)
  const standings = await standingsOf(services, merchant, member.openid, grants)
  const support = supportNumber(merchant.id, member.openid)
  render(ctx, 'coupons', { grants: grants.map((grant) => grantView(merchant, grant, now, standings)), support })
}
