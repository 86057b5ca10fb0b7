import type { CampaignFile } from '../../campaigns/campaign-file.ts'
import { rulesOf } from '../../campaigns/rules-of.ts'
import type { Merchant } from '../../merchants/merchant.ts'
import type { Services } from '../../services.ts'
import { type CampaignFinding, checkCampaign } from './check-campaign.ts'

/** As `checkCampaign`, for a campaign as its file has it. What the merchant's campaign of that name gave counts. */
export async function checkCampaignFile(
  services: Services,
  merchant: Merchant,
  file: CampaignFile,
): Promise<CampaignFinding[]> {
  const stored = await services.db
    .selectFrom('campaigns')
    .select(['id', 'limits_revision'])
    .where('merchant_id', '=', merchant.id)
    .where('slug', '=', file.slug)
    .executeTakeFirst()
  return checkCampaign(services, merchant, { ...rulesOf(file), ...(stored ?? { id: 0, limits_revision: 0 }) })
}
