import type { Merchant } from '../../merchants/merchant.ts'
import { requireMay } from '../../operators/rights/guard.ts'
import { doerOf, type Person } from '../../operators/rights/person.ts'
import { ofMerchant } from '../../operators/rights/scope.ts'
import type { Services } from '../../services.ts'
import { type Copy, copyCampaign } from '../copy.ts'

/** Copies a campaign as a draft because a person asked for it. Throws as `copyCampaign`, and `Declined`. */
export async function copyCampaignFor(
  services: Services,
  person: Person,
  { merchant, copy }: { merchant: Merchant; copy: Copy },
): Promise<void> {
  requireMay(person, 'edit_campaigns', ofMerchant(merchant.id))
  await copyCampaign(services, merchant, copy, doerOf(person))
}
