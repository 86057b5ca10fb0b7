import type { SpendRule, SpendTier } from '../plumbing/storage/schema.ts'

/**
 * The rule of the file, completed with what the file does not contain: since when a tier counts that was added after
 * something had been given, and which stocks were given before. `givenBy`: now, if the campaign has given something;
 * otherwise undefined.
 */
export function carriedOver(before: SpendRule, after: SpendRule, givenBy: Date | undefined): SpendRule {
  const known = new Map(before.tiers.map((tier) => [tier.at_least, tier.since]))
  const tiers = after.tiers.map((tier): SpendTier => {
    const since = known.has(tier.at_least) ? known.get(tier.at_least) : givenBy?.toISOString()
    return since === undefined ? tier : { ...tier, since }
  })
  const stocks = new Set(stocksOf(after))
  const former = new Set([...(givenBy ? stocksOf(before) : []), ...(before.former_stocks ?? [])])
  const left = [...former].filter((id) => !stocks.has(id))
  return { ...after, tiers, ...(left.length > 0 && { former_stocks: left }) }
}

/**
 * The rule of a copy: every tier counts from the copy's start, and the stocks of the original are still our coupons.
 */
export function copiedRule({ tiers, ...rule }: SpendRule): SpendRule {
  const former = new Set([...stocksOf({ ...rule, tiers }), ...(rule.former_stocks ?? [])])
  return { ...rule, tiers: tiers.map(({ since: _since, ...tier }) => tier), former_stocks: [...former] }
}

/** What an operator must know about the tiers that `after` adds. */
export function addedTierNotes(before: SpendRule, after: SpendRule): string[] {
  const known = new Set(before.tiers.map((tier) => tier.at_least))
  const counted = {
    single: 'payments made',
    cumulative: `windows of ${after.window_days} days that begin`,
    count: 'members whose first payment in the campaign is made',
  }[after.mode]
  return after.tiers
    .filter((tier) => !known.has(tier.at_least) && tier.since !== undefined)
    .map(({ at_least, since }) => `the tier of ${at_least} counts only ${counted} from ${since} on`)
}

function stocksOf({ tiers }: SpendRule): string[] {
  return tiers.flatMap((tier) => tier.coupons.map((coupon) => coupon.stock_id))
}
