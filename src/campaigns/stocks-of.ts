import type { Campaign } from '../plumbing/storage/schema/campaign.ts'

/** The numbers of the stocks that a campaign gives, each once. */
export function stocksOf({ coupons, spend }: Pick<Campaign, 'coupons' | 'spend'>): string[] {
  const all = [...coupons, ...(spend?.tiers ?? []).flatMap((tier) => tier.coupons)]
  return [...new Set(all.map(({ stock_id }) => stock_id))]
}
