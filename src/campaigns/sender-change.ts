import { type Merchant, sendersOf } from '../merchants/merchant.ts'
import type { Campaign } from '../plumbing/storage/schema/campaign.ts'
import type { CampaignFile } from './campaign-file.ts'
import type { Fault } from './faults.ts'

/**
 * One fault for each sender that a file no longer names, of a campaign that has grants: the sender is part of a
 * coupon's number, so one that may have sent to a member must stay.
 */
export function removedSenders(merchant: Merchant, before: Campaign, { sender_mchids }: CampaignFile): Fault[] {
  const stay = sendersOf(merchant, sender_mchids).map(({ mchid }) => mchid)
  const removed = sendersOf(merchant, before.sender_mchids).filter(({ mchid }) => !stay.includes(mchid))
  return removed.map(({ mchid }) => ({
    field: 'sender_mchids',
    english: `${mchid} may have sent already and cannot be left out`,
    chinese: `商户号 ${mchid} 可能已经发过券，不能去掉`,
  }))
}
