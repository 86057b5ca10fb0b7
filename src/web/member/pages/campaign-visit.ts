import { type CardReason, whyNothing } from '../../../cards/why-nothing.ts'
import { closedReason } from '../../../grants/campaign-window.ts'
import { memberReasons, type MemberReason } from '../../../refusal.ts'
import type { Context } from '../../shell/context.ts'
import { isInWeChat } from '../in-wechat.ts'
import type { VisitState } from '../state.ts'
import type { CampaignPreview } from './campaign-preview.ts'
import { memberUsage, type Usage } from './member-usage.ts'

/** What differs on a campaign page between visitors; few enough combinations to keep a page for each. */
export type Visit = {
  outside: boolean
  closed: MemberReason | undefined
  /** The reason why the claim from which the member comes gave nothing. */
  reason: MemberReason | undefined
  /** Why the member's cards gave nothing, if the member comes from such a claim. */
  card: CardReason | undefined
  usage: Usage | undefined
}

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
