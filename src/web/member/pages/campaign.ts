import type { Campaign } from '../../../plumbing/storage/schema/campaign.ts'
import { type CardReason, whyNothing } from '../../../cards/why-nothing.ts'
import { closedReason } from '../../../grants/campaign-window.ts'
import { memberReasons, type MemberReason } from '../../../refusal.ts'
import type { Context } from '../../shell/context.ts'
import { minute } from '../../shell/format.ts'
import { isInWeChat } from '../in-wechat.ts'
import { csrfToken } from '../middleware/csrf.ts'
import { urls } from '../../shell/paths.ts'
import { randomText } from '../../shell/random.ts'
import { prepare } from '../../shell/render.ts'
import { type CampaignPreview, campaignPreview } from './campaign-preview.ts'
import { memberUsage, type Usage } from './member-usage.ts'
import { waysIntoWeChat } from './not-in-wechat.ts'

/** What of a campaign page differs from one visitor to another; few enough combinations to keep each page made. */
type Visit = {
  outside: boolean
  closed: MemberReason | undefined
  /** Why the claim that the member comes from gave nothing. */
  reason: MemberReason | undefined
  /** Why the member's cards brought nothing, where that is what the member comes to hear. */
  card: CardReason | undefined
  usage: Usage | undefined
}

/** A claim's key keeps a form that is sent twice from being two claims. */
const claimKeyBytes = 16

/** `GET /m/{merchant}/c/{campaign}`: readable before login; nothing here asks WeChat or waits for a query in a crowd. */
export async function show(ctx: Context): Promise<void> {
  const { services, merchant, campaign, member } = ctx.state
  const now = services.clock.now()
  const preview = await campaignPreview(services, campaign, now)
  const reason = reasonOf(ctx.querystring)
  const visit: Visit = {
    outside: !member && !isInWeChat(ctx),
    closed: closedReason(campaign, now) ?? preview.full,
    reason,
    card: reason === 'not_eligible' && campaign.kind === 'card_open' ? await cardReason(ctx, now) : undefined,
    usage: member && (await memberUsage(services, merchant, campaign, preview, member.openid, now)),
  }
  const page = await preparedPage(ctx, preview, visit)
  ctx.type = 'html'
  ctx.body = page({ nonce: ctx.state.nonce, csrf: csrfToken(ctx), claimKey: randomText(claimKeyBytes) })
}

async function cardReason(ctx: Context, now: Date): Promise<CardReason | undefined> {
  const { services, merchant, campaign, member } = ctx.state
  return member ? whyNothing({ db: services.db, now }, merchant, campaign, member.openid) : 'no_card'
}

async function preparedPage(ctx: Context, preview: CampaignPreview, visit: Visit) {
  const { outside, closed, reason, card, usage } = visit
  const key = `${outside} ${closed} ${reason} ${card} ${usage?.full} ${usage?.used}`
  const known = preview.pages.get(key)
  if (known) return known
  const made = prepare('campaign', await pageData(ctx, preview, visit))
  preview.pages.set(key, made)
  return made
}

async function pageData(ctx: Context, { offers }: CampaignPreview, visit: Visit): Promise<object> {
  const { services, merchant, campaign } = ctx.state
  const address = urls.campaign(merchant.slug, campaign.slug)
  return {
    ...visit,
    ...(visit.outside && (await waysIntoWeChat(services.config, services.config.publicUrl + address))),
    words: memberReasons,
    merchant,
    campaign: {
      kind: campaign.kind,
      cards: campaign.cards,
      title: campaign.title,
      rules: linesOf(campaign),
      limits: campaign.limits,
    },
    starts: minute(campaign.starts_at),
    ends: minute(campaign.ends_at),
    offers,
    action: urls.claims(merchant.slug, campaign.slug),
  }
}

function linesOf(campaign: Campaign): string[] {
  return campaign.rules
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
}

/** `?reason=sold_out`, as the claim sends a member back here; any other text in the address is nobody's word. */
function reasonOf(query: string): MemberReason | undefined {
  const word = /(?:^|&)reason=([a-z_]+)(?:&|$)/.exec(query)?.[1]
  return word !== undefined && Object.hasOwn(memberReasons, word) ? (word as MemberReason) : undefined
}
