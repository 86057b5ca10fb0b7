import { figuresOf } from '../../../../campaigns/lists/figures.ts'
import type { Merchant } from '../../../../merchants/merchant.ts'
import type { Campaign } from '../../../../plumbing/storage/schema/campaign.ts'
import type { Services } from '../../../../services.ts'
import type { Tag } from '../stocks/words.ts'
import { standingTags } from './words.ts'

/** How each of these campaigns stands, by `campaigns.id`: the same word wherever it is shown. */
export async function tagsOf(
  services: Pick<Services, 'db' | 'cache' | 'clock'>,
  merchant: Merchant,
  campaigns: Campaign[],
): Promise<Map<number, Tag>> {
  const figures = await figuresOf(services, merchant, campaigns, services.clock.now())
  return new Map([...figures].map(([id, { standing }]) => [id, standingTags[standing]]))
}
