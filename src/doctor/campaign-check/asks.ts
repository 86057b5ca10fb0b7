import { hashOf } from '../../operators/tokens.ts'
import type { CampaignFinding } from './campaign-finding.ts'

/**
 * What a check asks of a person, and `seen`: a word that is another as soon as something else is asked. Numbers in the
 * sentences are no part of it, since counts and times go on while a person reads.
 */
export function asksOf(findings: CampaignFinding[]): { asks: CampaignFinding[]; seen: string } {
  const asks = findings.filter(({ state }) => state === 'ask')
  const kinds = asks.map(({ text }) => text.replaceAll(/\d+/g, '#')).toSorted()
  return { asks, seen: hashOf(kinds.join('\n')) }
}
