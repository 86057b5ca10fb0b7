import { limitsOf } from '../../../ledger/limits/limits.ts'
import { isFullInLedger } from '../../../ledger/slots.ts'
import type { Campaign } from '../../../plumbing/storage/schema/campaign.ts'
import type { MemberReason } from '../../../refusal.ts'
import type { CampaignCoupon } from '../../../plumbing/storage/schema.ts'
import type { Services } from '../../../services.ts'
import type { Stock } from '../../../plumbing/storage/schema/stock.ts'
import { yuan } from '../../shell/format.ts'
import type { PerRequest } from '../render.ts'
import { offeredTicket, type Ticket } from './ticket.ts'

/** What a campaign page shows to everybody, with the pages already made from it. */
export type CampaignPreview = {
  offers: Offer[]
  /** What the campaign gives, for the limits that a member falls under. */
  coupons: { stock: Stock; count: number }[]
  /** The limit of the whole campaign that has no place left. */
  full: MemberReason | undefined
  pages: Map<string, (own: PerRequest) => Buffer>
}

/** The coupons of a tier; without one, of the whole campaign. */
export type Offer = {
  tier: { basis: string; mode: string; windowDays: number; atLeast: string } | undefined
  tickets: Ticket[]
}

/** A preview is made anew after this: as fresh as the catalog it is made from. */
const previewMs = 1_000

type Cached = { revision: number; until: number; preview: Promise<CampaignPreview> }
const previews = new WeakMap<Services, Map<number, Cached>>()

/** The campaign's preview, at most a second old; a crowd that finds it too old makes one. */
export function campaignPreview(services: Services, campaign: Campaign, now: Date): Promise<CampaignPreview> {
  const known = previews.get(services) ?? new Map<number, Cached>()
  previews.set(services, known)
  const cached = known.get(campaign.id)
  if (cached && cached.revision === campaign.revision && cached.until > now.getTime()) return cached.preview
  const preview = makePreview(services, campaign, now)
  known.set(campaign.id, { revision: campaign.revision, until: now.getTime() + previewMs, preview })
  preview.catch(() => known.delete(campaign.id))
  return preview
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
  const limits = limitsOf({ campaign, mark: '', coupons: [], tier: undefined, at: now })
  for (const limit of limits.filter(({ level }) => level === 'campaign')) {
    if (await isFullInLedger(services.db, campaign.merchant_id, limit)) return limit.reason
  }
  return undefined
}
