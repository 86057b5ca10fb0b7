import type { Db } from '../database.ts'
import { type Merchant, sendersOf } from '../merchants/merchant.ts'
import type { Campaign } from './campaign.ts'
import type { CampaignFile } from './campaign-file.ts'

/**
 * What is wrong with the senders that a file no longer names: the sender is part of a coupon's number, so one that may
 * have sent for a member must not go while the campaign has grants.
 */
export async function removedSenders(
  db: Db,
  merchant: Merchant,
  before: Campaign,
  { sender_mchids }: CampaignFile,
): Promise<string[]> {
  const stay = sendersOf(merchant, sender_mchids).map(({ mchid }) => mchid)
  const removed = sendersOf(merchant, before.sender_mchids).filter(({ mchid }) => !stay.includes(mchid))
  if (removed.length === 0) return []
  const grant = await db
    .selectFrom('grants')
    .select('id')
    .where('merchant_id', '=', merchant.id)
    .where('campaign_id', '=', before.id)
    .limit(1)
    .executeTakeFirst()
  if (!grant) return []
  return removed.map(
    ({ mchid }) => `sender_mchids: ${mchid} may have sent already and cannot be left out: use another slug`,
  )
}
