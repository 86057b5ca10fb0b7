import { campaignChange, changeOrAsk, type CampaignChange } from '../../campaigns/by-staff/money.ts'
import { type CampaignFile, readCampaignFile } from '../../campaigns/campaign-file.ts'
import type { Merchant } from '../../merchants/merchant.ts'
import { approve } from '../../operators/proposals/decide.ts'
import { Declined } from '../../operators/rights/declined.ts'
import type { Person } from '../../operators/rights/person.ts'
import type { Services } from '../../services.ts'
import { checkCampaignFile } from './check-file.ts'

/** `changeOrAsk`, unless the check stops it. Throws `Declined` (campaign_stopped) too. */
export async function changeOrAskChecked(
  services: Services,
  person: Person,
  change: Parameters<typeof changeOrAsk>[2],
): Promise<number | undefined> {
  await requireNoStop(services, change.merchant, change.version.file)
  return changeOrAsk(services, person, change)
}

/**
 * Approves a change of a campaign that was asked for: checked again, since stocks and limits move. Throws as `approve`,
 * and `Declined` (campaign_stopped) too.
 */
export async function approveChange(
  services: Services,
  person: Person,
  { merchant, id, payload }: { merchant: Merchant; id: number; payload: CampaignChange },
): Promise<void> {
  await requireNoStop(services, merchant, readCampaignFile(payload.file))
  await approve(services, person, campaignChange(services, merchant), id)
  services.catalog.forget()
}

/** What stays unpublished gives nothing, whatever the check finds. */
async function requireNoStop(services: Services, merchant: Merchant, file: CampaignFile): Promise<void> {
  if (file.state !== 'published') return
  const findings = await checkCampaignFile(services, merchant, file)
  if (findings.some(({ state }) => state === 'stop')) throw new Declined('campaign_stopped')
}
