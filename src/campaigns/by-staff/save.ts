import type { Merchant } from '../../merchants/merchant.ts'
import { requireMay } from '../../operators/rights/guard.ts'
import { doerOf, type Person } from '../../operators/rights/person.ts'
import { ofMerchant } from '../../operators/rights/scope.ts'
import { Declined } from '../../operators/rights/declined.ts'
import type { Campaign } from '../../plumbing/storage/schema/campaign.ts'
import type { Services } from '../../services.ts'
import { isUnchanged } from '../apply-in.ts'
import { writeCampaignDeed } from '../audit.ts'
import { costsMore } from '../costs-more.ts'
import { rulesOf } from '../rules-of.ts'
import { applyVersion, type Version } from './version.ts'

/**
 * Stores a campaign as a person has edited it: a new one as a draft, another in the state that it has. What may cost
 * more than was approved is not stored here (`money.ts`). Throws `Declined`, `CampaignConflict` and `UnusableCampaign`.
 */
export async function saveCampaignFor(
  services: Services,
  person: Person,
  { merchant, version }: { merchant: Merchant; version: Version },
): Promise<Campaign> {
  requireMay(person, 'edit_campaigns', ofMerchant(merchant.id))
  const { db, clock, catalog } = services
  const after = await db.transaction().execute(async (trx) => {
    const now = clock.now()
    const done = await applyVersion(trx, merchant, version, now)
    const { before } = done
    const isMoney = before
      ? before.state !== done.after.state || (before.state !== 'draft' && costs(merchant, before, version, now))
      : done.after.state !== 'draft'
    if (isMoney) throw new Declined('money_needs_approval')
    if (!isUnchanged(done)) await writeCampaignDeed(trx, { at: now, by: doerOf(person), ...done })
    return done.after
  })
  catalog.forget()
  return after
}

function costs(merchant: Merchant, before: Campaign, { file }: Version, now: Date): boolean {
  return costsMore(merchant, before, rulesOf(file), now).length > 0
}
