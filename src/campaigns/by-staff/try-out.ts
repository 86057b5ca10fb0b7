import type { Merchant } from '../../merchants/merchant.ts'
import type { Campaign } from '../../plumbing/storage/schema/campaign.ts'
import type { Services } from '../../services.ts'
import type { Applied } from '../apply-in.ts'
import { costsMore } from '../costs-more.ts'
import { useInChinese } from '../limit-words.ts'
import { rulesOf } from '../rules-of.ts'
import { addedTierWords } from '../tier-words.ts'
import { applyVersion, type Version } from './version.ts'

/** What an edit would do. */
export type Consequences = {
  before: Campaign | undefined
  after: Campaign
  /** What it does to limits and tiers, in Chinese sentences. */
  effects: string[]
  /** Why it must be approved; empty when it may be done at once. */
  costs: string[]
}

/**
 * What storing this version would do, found by doing it and undoing all of it. Throws `CampaignConflict` and
 * `UnusableCampaign`.
 */
export async function tryOut(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  merchant: Merchant,
  version: Version,
): Promise<Consequences> {
  const trx = await db.startTransaction().execute()
  try {
    return consequencesOf(merchant, await applyVersion(trx, merchant, version, clock.now()), version, clock.now())
  } finally {
    await trx.rollback().execute()
  }
}

function consequencesOf(merchant: Merchant, done: Applied, { file }: Version, now: Date): Consequences {
  const { before, after, given, uses } = done
  const counted = after.spend?.mode === 'count'
  const added = given && before?.spend && after.spend ? addedTierWords(before.spend, after.spend) : []
  const costs = before && before.state !== 'draft' ? costsMore(merchant, before, rulesOf(file), now) : []
  return { before, after, effects: [...uses.map((use) => useInChinese(use, counted)), ...added], costs }
}
