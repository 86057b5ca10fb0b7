import type { Campaign } from '../plumbing/storage/schema/campaign.ts'
import type { MemberReason } from '../refusal.ts'

/** Why nothing can be had from the campaign at that instant; undefined when it is open. Its last instant still counts. */
export function closedReason(campaign: Campaign, at: Date): MemberReason | undefined {
  if (campaign.state === 'paused') return 'paused'
  if (campaign.state === 'ended') return 'ended'
  if (campaign.state === 'draft' || at < campaign.starts_at) return 'not_started'
  if (at > campaign.ends_at) return 'ended'
  return undefined
}
