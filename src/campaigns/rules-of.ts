import type { Campaign } from '../plumbing/storage/schema/campaign.ts'
import type { CampaignFile } from './campaign-file.ts'

/** What a campaign gives, whom and how much: of a stored campaign or of its file. */
export type Rules = Pick<
  Campaign,
  | 'kind'
  | 'title'
  | 'rules'
  | 'starts_at'
  | 'ends_at'
  | 'coupons'
  | 'limits'
  | 'spend'
  | 'card_ids'
  | 'cards'
  | 'gifted'
  | 'channel'
  | 'stackable'
  | 'state'
  | 'sender_mchids'
>

/** The rules of a file that was read. */
export function rulesOf(file: CampaignFile): Rules {
  return {
    ...file,
    coupons: file.kind === 'spend' ? [] : file.coupons,
    spend: file.spend ?? null,
    cards: file.cards ?? 'new',
    gifted: file.gifted ?? false,
    channel: file.channel ?? null,
  }
}

/** Every list of coupons that the rules give at once: that of the campaign, or one for each tier. */
export function awardsOf({ coupons, spend }: Pick<Rules, 'coupons' | 'spend'>): Rules['coupons'][] {
  return spend ? spend.tiers.map((tier) => tier.coupons) : [coupons]
}

/** The numbers of the stocks that the rules give, each once. */
export function stockIdsOf(rules: Pick<Rules, 'coupons' | 'spend'>): string[] {
  return [...new Set(awardsOf(rules).flatMap((coupons) => coupons.map(({ stock_id }) => stock_id)))]
}
