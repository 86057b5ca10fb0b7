import { type CardReason, whyNothing } from '../../../cards/why-nothing.ts'
import { closedReason } from '../../../grants/campaign-window.ts'
import { memberReasons, type MemberReason } from '../../../refusal.ts'
import type { Context } from '../../shell/context.ts'
import { isInWeChat } from '../in-wechat.ts'
import type { VisitState } from '../state.ts'
import type { CampaignPreview } from './campaign-preview.ts'
import { memberUsage, type Usage } from './member-usage.ts'

/** What of a campaign page differs from one visitor to another; few enough combinations to keep each page made. */
export type Visit = {
  outside: boolean
  closed: MemberReason | undefined
  /** Why the claim that the member comes from gave nothing. */
  reason: MemberReason | undefined
  /** Why the member's cards brought nothing, where that is what the member comes to hear. */
  card: CardReason | undefined
  usage: Usage | undefined
}

/** The present visitor's. */
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
  return member ? whyNothing({ db: services.db, now }, merchant, campaign, member.openid) : 'no_card'
}

/** `?reason=sold_out`, as the claim sends a member back here; any other text in the address is nobody's word. */
function reasonOf(query: string): MemberReason | undefined {
  const word = /(?:^|&)reason=([a-z_]+)(?:&|$)/.exec(query)?.[1]
  return word !== undefined && Object.hasOwn(memberReasons, word) ? (word as MemberReason) : undefined
}
