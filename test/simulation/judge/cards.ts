import type { World } from '../world.ts'
import type { Evidence } from './evidence.ts'
import { rulesOf } from './payments.ts'

/** Who opened a card has a grant, where the campaign was open all the time and nothing but the member's own limits bound it. */
export function judgeCards({ facts }: World, evidence: Evidence): string[] {
  const campaign = evidence.campaigns.find(({ slug }) => slug === 'cards')!
  const wasOpen = rulesOf(evidence, campaign.id).every(
    ({ state, limits }) => state === 'published' && limits.total === undefined && limits.per_day === undefined,
  )
  if (!wasOpen) return []
  const told = facts.cards.filter(({ code }) =>
    facts.errands.some(({ accepted, message }) => accepted && JSON.stringify(message).includes(code)),
  )
  return told
    .filter(({ openid }) => !evidence.grants.some((one) => one.campaign_id === campaign.id && one.openid === openid))
    .map(({ openid, code }) => `not given: ${openid} opened card ${code} and has no grant`)
}
