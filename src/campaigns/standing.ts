import type { Campaign } from '../plumbing/storage/schema/campaign.ts'

/** How a campaign stands at a moment, as one word for all pages. */
export type Standing = 'draft' | 'coming' | 'open' | 'day_full' | 'full' | 'paused' | 'halted' | 'over'

/** What the ledger and WeChat say of a campaign besides its own row. */
export type CampaignUse = {
  /** Awards given in all and on this Beijing day; undefined: not counted exactly, see `CampaignFigures`. */
  isFull: boolean
  isDayFull: boolean
  /** No sender of it, or none of its stocks, can send now. */
  isHalted: boolean
}

/** The standing of a campaign; the first that is true counts. `ends_at` itself is still open. */
export function standingOf(campaign: Pick<Campaign, 'state' | 'starts_at' | 'ends_at'>, use: CampaignUse, now: Date) {
  const { state, starts_at, ends_at } = campaign
  const standing = ((): Standing => {
    if (state === 'draft') return 'draft'
    if (state === 'ended' || now > ends_at) return 'over'
    if (state === 'paused') return 'paused'
    if (now < starts_at) return 'coming'
    if (use.isFull) return 'full'
    if (use.isHalted) return 'halted'
    return use.isDayFull ? 'day_full' : 'open'
  })()
  return standing
}
