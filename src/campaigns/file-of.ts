import { beijingOffset, beijingTime } from '../plumbing/clock.ts'
import type { Campaign } from '../plumbing/storage/schema/campaign.ts'

/**
 * The campaign as its file (docs/merchant/campaign-file.md): applied unchanged it changes nothing. What only the ledger
 * knows, such as since when a tier counts, is not in it.
 */
export function fileOf(campaign: Campaign) {
  const { slug, kind, title, rules, limits, spend, card_ids, cards, gifted, channel, sender_mchids } = campaign
  return {
    slug,
    kind,
    title,
    rules,
    starts_at: instant(campaign.starts_at),
    ends_at: instant(campaign.ends_at),
    ...(kind !== 'spend' && { coupons: campaign.coupons }),
    limits,
    ...(spend && { spend: ruleOf(spend) }),
    ...(kind === 'card_open' && { card_ids, cards, gifted }),
    ...(channel !== null && { channel }),
    stackable: campaign.stackable,
    state: campaign.state,
    ...(sender_mchids.length > 0 && { sender_mchids }),
  }
}

function ruleOf({ tiers, former_stocks: _former, ...rule }: NonNullable<Campaign['spend']>) {
  return { ...rule, tiers: tiers.map(({ since: _since, ...tier }) => tier) }
}

/** As the file's examples write it, in Beijing's time; milliseconds only where there are any. */
function instant(at: Date): string {
  const ms = at.getUTCMilliseconds()
  const fraction = ms === 0 ? '' : `.${String(ms).padStart(3, '0')}`
  return `${beijingTime(at).replace(' ', 'T')}${fraction}${beijingOffset}`
}
