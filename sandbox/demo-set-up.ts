import type { Merchant } from '../src/merchants/merchant.ts'
import { applyCampaign } from '../src/campaigns/apply.ts'
import { nextBeijingMidnight } from '../src/plumbing/clock.ts'
import { applyMerchant } from '../src/merchants/apply.ts'
import { merchantFile, merchantOf } from './merchant-file.ts'
import type { World, WorldMerchant } from './world.ts'
import type { Services } from '../src/services.ts'
import { importStock } from '../src/stocks/import.ts'

export const demoSlug = 'demo'

const dayMs = 86_400_000
/** Shorter than the 89 days of a demo stock. */
const campaignDays = 80

/** The same steps as an operator's commands; repeating them changes nothing until a campaign has ended. */
export async function setUpDemo(services: Services, world: World): Promise<void> {
  await applyMerchant(services, merchantFile(world))
  const merchant = await services.catalog.merchant(demoSlug)
  if (!merchant) throw new Error('the demo merchant is not stored')
  const demo = merchantOf(world, demoSlug)
  const { link, card_open, spend } = demo.campaigns
  for (const { stockId } of [link, card_open, spend]) await importStock(services, merchant, { stockId })
  for (const campaign of demoCampaigns(demo)) {
    const window = await windowOf(services, merchant, campaign.slug)
    await applyCampaign(services, merchant, { ...campaign, ...window })
  }
}

/** A running campaign keeps its window, since a change would be a new revision; one that has ended starts again. */
async function windowOf(services: Services, merchant: Merchant, slug: string) {
  const now = services.clock.now()
  const known = await services.catalog.campaign(merchant.id, slug)
  const { starts_at, ends_at } = known && known.ends_at > now ? known : windowFrom(now)
  return { starts_at: starts_at.toISOString(), ends_at: ends_at.toISOString() }
}

/** Whole Beijing days, beginning today. */
function windowFrom(now: Date) {
  const startsMs = nextBeijingMidnight(now).getTime() - dayMs
  return { starts_at: new Date(startsMs), ends_at: new Date(startsMs + campaignDays * dayMs - 1_000) }
}

/** One campaign of each kind, as a merchant would write it; the window is added later. */
function demoCampaigns({ campaigns: { link, card_open, spend }, card, cardProducts = [] }: WorldMerchant) {
  const shared = { channel: 'store', stackable: false, state: 'published' }
  const coupons = (stockId: string) => [{ stock_id: stockId, count: 1 }]
  return [
    {
      ...shared,
      slug: link.slug,
      kind: 'link',
      title: '新客专享券',
      rules: '先到先得。',
      coupons: coupons(link.stockId),
      limits: { per_member: 1, total: 1000, per_day: 200 },
    },
    {
      ...shared,
      slug: card_open.slug,
      kind: 'card_open',
      title: '开卡有礼',
      rules: '开通会员卡即送。',
      coupons: coupons(card_open.stockId),
      limits: { per_member: 1 },
      card_ids: [card.cardId, ...cardProducts.map(({ cardId }) => cardId)],
    },
    {
      ...shared,
      slug: spend.slug,
      kind: 'spend',
      title: '消费有礼',
      rules: '单笔实付满 50 元即送。',
      coupons: [],
      limits: { per_member_per_day: 1 },
      spend: {
        basis: 'payer_total',
        mode: 'single',
        window_days: 30,
        tiers: [{ at_least: 5000, coupons: coupons(spend.stockId) }],
        tier_rule: 'highest',
        exclude_orders_using_our_coupons: true,
        hold_minutes: 0,
      },
    },
  ]
}
