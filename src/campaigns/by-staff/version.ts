import { type Applied, applyIn, lockedCampaign } from '../apply-in.ts'
import type { CampaignFile } from '../campaign-file.ts'
import { UnusableCampaign } from '../faults.ts'
import { CampaignConflict } from './conflict.ts'
import type { Merchant } from '../../merchants/merchant.ts'
import type { Db } from '../../plumbing/storage/database.ts'

/** A campaign's file, and the revision that its editor has seen; undefined: there must be no campaign of this slug yet. */
export type Version = { file: CampaignFile; revision: number | undefined }

/**
 * Applies the file to that revision and no other, in the caller's transaction. Throws `CampaignConflict`, and
 * `UnusableCampaign`.
 */
export async function applyVersion(trx: Db, merchant: Merchant, version: Version, now: Date): Promise<Applied> {
  const { file, revision } = version
  const stored = await lockedCampaign(trx, merchant.id, file.slug)
  if (stored && revision === undefined) {
    const english = `merchant ${merchant.slug} has a campaign ${file.slug} already`
    throw new UnusableCampaign([{ field: 'slug', english, chinese: '这个网址名称已经有活动在用，请换一个' }])
  }
  if (stored && stored.revision !== revision) throw new CampaignConflict(stored)
  return applyIn(trx, merchant, file, now)
}
