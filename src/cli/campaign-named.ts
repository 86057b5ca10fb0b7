import type { Merchant } from '../merchants/merchant.ts'
import type { Campaign } from '../plumbing/storage/schema/campaign.ts'
import type { Services } from '../services.ts'
import { CliRefusal } from './cli-refusal.ts'

/** The merchant's campaign of that slug. Throws `CliRefusal` when there is none. */
export async function campaignNamed(services: Services, merchant: Merchant, slug: string): Promise<Campaign> {
  const campaign = await services.catalog.campaign(merchant.id, slug)
  if (!campaign) throw new CliRefusal(`merchant ${merchant.slug} has no campaign ${slug}`)
  return campaign
}
