import { campaignLimitsOf } from '../../../ledger/limits/limits.ts'
import { kept } from '../../../plumbing/cache.ts'
import type { Campaign } from '../../../plumbing/storage/schema/campaign.ts'
import type { MemberReason } from '../../../refusal.ts'
import type { CampaignCoupon } from '../../../plumbing/storage/schema.ts'
import type { Services } from '../../../services.ts'
import type { Stock } from '../../../plumbing/storage/schema/stock.ts'
import { yuan } from '../../shell/format.ts'
import type { PerRequest } from '../render.ts'
import { offeredTicket, type Ticket } from './ticket.ts'

/** The part of a campaign page that is the same for all visitors, with the pages already made from it. */
export type CampaignPreview = {
  offers: Offer[]
  /** What the campaign gives, needed for the limits per member. */
  coupons: { stock: Stock; count: number }[]
  /** The reason of a whole-campaign limit that has no place left. */
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
  return { offers, coupons, full: await fullReason(services, campaign, now), pages: new Map() }
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

async function fullReason(services: Services, campaign: Campaign, now: Date): Promise<MemberReason | undefined> {
  for (const limit of campaignLimitsOf({ campaign, tier: undefined, at: now })) {
    if (await services.ledger.isFull(campaign.merchant_id, limit)) return limit.reason
  }
  return undefined
}
