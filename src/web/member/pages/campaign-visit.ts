import { type CardReason, whyNothing } from '../../../cards/why-nothing.ts'
import { closedReason } from '../../../grants/campaign-window.ts'
import { memberReasons, type MemberReason } from '../../../refusal.ts'
import type { Context } from '../../shell/context.ts'
import { isInWeChat } from '../in-wechat.ts'
import type { VisitState } from '../state.ts'
import type { CampaignPreview } from '../../member-views/campaign-preview.ts'
import { memberUsage } from '../../member-views/member-usage.ts'
import type { Visit } from '../../member-views/visit.ts'

/** The visit of this request. */
export async function visitOf(ctx: Context<VisitState>, preview: CampaignPreview, now: Date): Promise<Visit> {
  const { services, merchant, campaign, member } = ctx.state
  const reason = reasonOf(ctx.querystring)
  return {
    outside: !member && !isInWeChat(ctx),
    closed: closedReason(campaign, now) ?? preview.full,
    reason,
    card: reason === 'not_eligible' && campaign.kind === 'card_open' ? await cardReason(ctx, now) : undefined,
    usage: member && (await memberUsage(services, merchant, campaign, preview, member.openid, now)),
  }
}

async function cardReason(ctx: Context<VisitState>, now: Date): Promise<CardReason | undefined> {
  const { services, merchant, campaign, member } = ctx.state
  return member ? whyNothing(services.db, merchant, campaign, member.openid, now) : 'no_card'
}

/** `?reason=sold_out`, with which the claim sends a member back here; any other text in the address is ignored. */
function reasonOf(query: string): MemberReason | undefined {
  const word = /(?:^|&)reason=([a-z_]+)(?:&|$)/.exec(query)?.[1]
  return word !== undefined && Object.hasOwn(memberReasons, word) ? (word as MemberReason) : undefined
}
