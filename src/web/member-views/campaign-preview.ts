import { campaignLimitsOf } from '../../ledger/limits/limits.ts'
import { kept } from '../../plumbing/cache.ts'
import type { Campaign } from '../../plumbing/storage/schema/campaign.ts'
import type { MemberReason } from '../../refusal.ts'
import type { CampaignCoupon } from '../../plumbing/storage/schema.ts'
import type { Services } from '../../services.ts'
import type { Stock } from '../../plumbing/storage/schema/stock.ts'
import { anyClosed } from '../../stocks/stock-state.ts'
import { isUsedUp } from '../../grants/stock-left.ts'
import { yuan } from '../shell/format.ts'
import { offeredTicket, type Ticket } from './ticket.ts'
import type { PerRequest } from './views.ts'

/** The part of a campaign page that is the same for all visitors, with the pages already made from it. */
export type CampaignPreview = {
  offers: Offer[]
  /** What the campaign gives, needed for the limits per member. */
  coupons: { stock: Stock; count: number }[]
  /** Why nobody gets anything now: a whole-campaign limit that has no place left, or what WeChat says of the stocks. */
  full: MemberReason | undefined
  pages: Map<string, (own: PerRequest) => Buffer>
}

/** The coupons of a tier or, without tiers, of the whole campaign. */
export type Offer = {
  tier: { basis: string; mode: string; windowDays: number; atLeast: string } | undefined
  tickets: Ticket[]
}

/** As fresh as the catalog that it is made from; more campaigns than a crowd visits within that time. */
const previews = kept<number, CampaignPreview>({ most: 500, ageMs: 1_000 })

/** The campaign's preview, at most 1 s old; when it is older, a crowd of requests makes it once. */
export function campaignPreview(services: Services, campaign: Campaign, now: Date): Promise<CampaignPreview> {
  const make = () => makePreview(services, campaign, now)
  return services.cache.read(previews, campaign.id, make, campaign.revision)
}

async function makePreview(services: Services, campaign: Campaign, now: Date): Promise<CampaignPreview> {
  const coupons = await stocksOf(services, campaign, campaign.coupons)
  const offers = await Promise.all(
    offersOf(campaign).map(async ({ tier, coupons }) => {
      const offered = await stocksOf(services, campaign, coupons)
      return { tier, tickets: offered.map(({ stock, count }) => offeredTicket(stock, count)) }
    }),
  )
  const full = (await fullReason(services, campaign, now)) ?? (await stocksClosed(services, campaign, now))
  return { offers, coupons, full, pages: new Map() }
}

function offersOf(campaign: Campaign): { tier: Offer['tier']; coupons: CampaignCoupon[] }[] {
  const { spend } = campaign
  if (!spend) return [{ tier: undefined, coupons: campaign.coupons }]
  return spend.tiers.map(({ at_least, coupons }) => {
    const atLeast = spend.mode === 'count' ? String(at_least) : yuan(at_least)
    return { tier: { basis: spend.basis, mode: spend.mode, windowDays: spend.window_days, atLeast }, coupons }
  })
}

async function stocksOf(services: Services, campaign: Campaign, coupons: CampaignCoupon[]) {
  const found = await Promise.all(
    coupons.map(async ({ stock_id, count }) => ({
      stock: await services.catalog.stock(campaign.merchant_id, stock_id),
      count,
    })),
  )
  return found.filter((one): one is { stock: Stock; count: number } => one.stock !== undefined)
}

/** Why WeChat gives none of what the campaign offers: of tiers every one, or else the whole. */
async function stocksClosed(services: Services, campaign: Campaign, now: Date): Promise<MemberReason | undefined> {
  const reasons: (MemberReason | undefined)[] = []
  for (const { coupons } of offersOf(campaign)) {
    const offered = await stocksOf(services, campaign, coupons)
    const closed = anyClosed(offered, now)
    reasons.push(closed ?? ((await isUsedUp(services, offered)) ? 'sold_out' : undefined))
  }
  return reasons.every((reason) => reason !== undefined) ? reasons[0] : undefined
}

async function fullReason(services: Services, campaign: Campaign, now: Date): Promise<MemberReason | undefined> {
  for (const limit of campaignLimitsOf({ campaign, tier: undefined, at: now })) {
    if (await services.ledger.isFull(campaign.merchant_id, limit)) return limit.reason
  }
  return undefined
}
