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
import { type CampaignFace, campaignFace } from './campaign-face.ts'
import { memberStanding, type Standing } from './member-standing.ts'
import { waysIntoWeChat } from './not-in-wechat.ts'

/** What of a campaign page differs from one visitor to another; few enough combinations to keep each page made. */
type Visit = {
  outside: boolean
  closed: MemberReason | undefined
  /** Why the claim that the member comes from gave nothing. */
  said: MemberReason | undefined
  /** Why the member's cards brought nothing, where that is what the member comes to hear. */
  card: CardReason | undefined
  standing: Standing | undefined
}

/** A claim's key keeps a form that is sent twice from being two claims. */
const claimKeyBytes = 16

/** `GET /m/{merchant}/c/{campaign}`: readable before login; nothing here asks WeChat or waits for a query in a crowd. */
export async function show(ctx: Context): Promise<void> {
  const { services, merchant, campaign, member } = ctx.state
  const now = services.clock.now()
  const face = await campaignFace(services, campaign, now)
  const said = saidReason(ctx.querystring)
  const visit: Visit = {
    outside: !member && !isInWeChat(ctx),
    closed: closedReason(campaign, now) ?? face.full,
    said,
    card: said === 'not_eligible' && campaign.kind === 'card_open' ? await cardReason(ctx, now) : undefined,
    standing: member && (await memberStanding(services, merchant, campaign, face, member.openid, now)),
  }
  const page = await preparedPage(ctx, face, visit)
  ctx.type = 'html'
  ctx.body = page({ nonce: ctx.state.nonce, csrf: csrfToken(ctx), claimKey: randomText(claimKeyBytes) })
}

async function cardReason(ctx: Context, now: Date): Promise<CardReason | undefined> {
  const { services, merchant, campaign, member } = ctx.state
  return member ? whyNothing({ db: services.db, now }, merchant, campaign, member.openid) : 'no_card'
}

async function preparedPage(ctx: Context, face: CampaignFace, visit: Visit) {
  const { outside, closed, said, card, standing } = visit
  const key = `${outside} ${closed} ${said} ${card} ${standing?.full} ${standing?.used}`
  const known = face.pages.get(key)
  if (known) return known
  const made = prepare('campaign', await pageData(ctx, face, visit))
  face.pages.set(key, made)
  return made
}

async function pageData(ctx: Context, { offers }: CampaignFace, visit: Visit): Promise<object> {
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

/** `?said=sold_out`, as the claim sends a member back here; any other text in the address is nobody's word. */
function saidReason(query: string): MemberReason | undefined {
  const word = /(?:^|&)said=([a-z_]+)(?:&|$)/.exec(query)?.[1]
  return word !== undefined && Object.hasOwn(memberReasons, word) ? (word as MemberReason) : undefined
}
