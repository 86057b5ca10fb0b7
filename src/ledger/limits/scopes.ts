import { beijingDay } from '../../plumbing/clock.ts'

/** The names of all limit scopes are built only here. `mark` identifies a member (members/member-mark.ts). */
export const scopes = {
  member: (campaignId: number, mark: string) => `${scopes.members(campaignId)}${mark}`,
  memberDay: (campaignId: number, mark: string, at: Date) => `${scopes.member(campaignId, mark)}/${beijingDay(at)}`,
  total: (campaignId: number) => `campaign/${campaignId}/total`,
  tier: (campaignId: number, atLeast: number) => `campaign/${campaignId}/tier/${atLeast}`,
  day: (campaignId: number, at: Date) => `${scopes.days(campaignId)}${beijingDay(at)}`,
  stock: (stockRef: number, mark: string) => `stock/${stockRef}/member/${mark}`,

  /** Prefixes that many scopes share. */
  members: (campaignId: number) => `campaign/${campaignId}/member/`,
  days: (campaignId: number) => `campaign/${campaignId}/day/`,
}
