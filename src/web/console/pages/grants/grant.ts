import { readOpenid } from '../../../../grants/by-staff/read-openid.ts'
import { type GrantStory, storyOfGrant } from '../../../../grants/by-staff/story.ts'
import { dropNotice, leaveNotice, noticeOf } from '../../../../operators/notices.ts'
import type { Context, Handler } from '../../../shell/context.ts'
import { goTo } from '../../enter.ts'
import type { Filled, MerchantState } from '../../state.ts'
import { renderGrant } from './grant-view.ts'

/** `GET /console/m/{slug}/grants/{grant}`: what became of one grant. */
export const show: Handler<MerchantState> = async (ctx) => {
  const { services, session } = ctx.state
  const story = await namedStory(ctx)
  const notice = noticeOf(services, session, 'openid')
  const openid = notice?.grant === story.grant.id ? notice.openid : undefined
  renderGrant(ctx, story, openid)
  // In full it is shown now, and never again without another entry of the audit.
  if (openid !== undefined) await dropNotice(services, session)
}

/** 显示完整 openid: on the page that comes next, once. */
export const reveal: Handler<MerchantState & Filled> = async (ctx) => {
  const { services, session, merchant, person } = ctx.state
  const { grant } = await namedStory(ctx)
  const openid = await readOpenid(services, person, { merchantId: merchant.id, grant })
  await leaveNotice(services, session.token_hash, { kind: 'openid', grant: grant.id, openid })
  goTo(ctx, ctx.path)
}

/** The merchant's grant that the address names; 404 where there is none. */
async function namedStory(ctx: Context<MerchantState>): Promise<GrantStory> {
  const { services, merchant } = ctx.state
  return (await storyOfGrant(services.db, merchant.id, ctx.params.grant ?? '')) ?? ctx.throw(404)
}
