import { type Deed, writeAudit } from '../operators/audit/write.ts'
import { ofMerchant } from '../operators/rights/scope.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { Campaign } from '../plumbing/storage/schema/campaign.ts'

/** How the audit calls a campaign. */
export function campaignSubject({ slug }: Pick<Campaign, 'slug'>): string {
  return `活动 ${slug}`
}

type CampaignDeed = Pick<Deed, 'at' | 'by'> & {
  before: Campaign | undefined
  after: Campaign
  /** The only person who may approve has confirmed it. */
  alone?: boolean
}

/** Writes the audit's row of a change: what was done follows from the states before and after. Call it last. */
export async function writeCampaignDeed(trx: Db, { at, by, before, after, alone }: CampaignDeed): Promise<void> {
  const deed = { at, by, scope: ofMerchant(after.merchant_id), subject: campaignSubject(after) }
  const told = { ...after, alone: alone ? 'true' : null }
  await writeAudit(trx, { ...deed, act: actOf(before, after), ...(before && { before }), after: told })
}

function actOf(before: Campaign | undefined, after: Campaign) {
  if (!before) return 'campaign_created'
  if (before.state === after.state) return 'campaign_changed'
  if (after.state === 'published') return before.state === 'paused' ? 'campaign_resumed' : 'campaign_published'
  return after.state === 'paused' ? 'campaign_paused' : after.state === 'ended' ? 'campaign_ended' : 'campaign_changed'
}
