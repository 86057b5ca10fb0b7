import { findGrant, type GrantStatus } from '../../../grants/grants.ts'
import { supportNumber } from '../../../members/support-number.ts'
import { Refusal } from '../../../refusal.ts'
import type { Context } from '../../shell/context.ts'
import { render } from '../render.ts'
import type { MemberState } from '../state.ts'
import { grantView } from './grant-view.ts'

/** The page of a grant in each of its states. */
const views: Record<GrantStatus, string> = {
  sent: 'grant-sent',
  pending: 'grant-pending',
  partial: 'grant-partial',
  refused: 'grant-refused',
}

/** `GET /m/{merchant}/grants/{id}`, for its member only. */
export async function show(ctx: Context<MemberState>): Promise<void> {
  const { services, merchant, member } = ctx.state
  const grant = await findGrant(services.db, merchant.id, ctx.params.grant ?? '')
  if (!grant) return
  if (grant.openid !== member.openid) throw new Refusal('not_yours', { status: 404 })
  const support = supportNumber(merchant.id, member.openid)
  render(ctx, views[grant.status], { ...grantView(merchant, grant, services.clock.now()), support })
}
