import { campaignGrants, type Grant } from '../grants/grants.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { Claim } from './asked-claim.ts'

/** The newest grant of the campaign that the member has, or waits for; undefined without one. */
export async function givenBefore(
  db: Db,
  { merchant, campaign, openid }: Pick<Claim, 'merchant' | 'campaign' | 'openid'>,
): Promise<Grant | undefined> {
  const grants = await campaignGrants(db, merchant.id, campaign.id, openid)
  return grants.find((grant) => grant.status !== 'refused')
}
