import type { Campaign } from '../plumbing/storage/schema/campaign.ts'
import type { MemberReason } from '../refusal.ts'

/** Returns why the campaign gives nothing at that moment; undefined when it is open. `ends_at` itself is still open. */
export function closedReason(campaign: Campaign, at: Date): MemberReason | undefined {
  if (campaign.state === 'paused') return 'paused'
  if (campaign.state === 'ended') return 'ended'
  if (campaign.state === 'draft' || at < campaign.starts_at) return 'not_started'
  if (at > campaign.ends_at) return 'ended'
  return undefined
}
