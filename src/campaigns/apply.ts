import type { Merchant } from '../merchants/merchant.ts'
import { commandLine } from '../operators/rights/parts.ts'
import type { Services } from '../services.ts'
import { addedTierNotes } from './added-tiers.ts'
import { type Applied, applyIn, isUnchanged } from './apply-in.ts'
import { writeCampaignDeed } from './audit.ts'
import { readCampaignFile } from './campaign-file.ts'
import { useInEnglish } from './limit-words.ts'

/**
 * Creates or updates a campaign of a merchant from its file, as the command does it (`apply-in.ts`). Returns what changed
 * and what the operator should know, one sentence each. Throws `UnusableCampaign` naming every wrong field; then nothing
 * was changed.
 */
export async function applyCampaign(services: Services, merchant: Merchant, file: unknown): Promise<string[]> {
  const campaign = readCampaignFile(file)
  const { db, clock, catalog } = services
  const applied = await db.transaction().execute(async (trx) => {
    const done = await applyIn(trx, merchant, campaign, clock.now())
    if (!isUnchanged(done)) await writeCampaignDeed(trx, { at: clock.now(), by: commandLine, ...done })
    return done
  })
  catalog.forget()
  return linesOf(applied).map((line) => `campaign ${campaign.slug}: ${line}`)
}

function linesOf(applied: Applied): string[] {
  const { before, after, given, changed, uses, notes } = applied
  if (!before) return ['created', ...notes]
  if (isUnchanged(applied)) return ['nothing changed', ...notes]
  const added = given && before.spend && after.spend ? addedTierNotes(before.spend, after.spend) : []
  return [...changed, ...uses.map(useInEnglish), `revision ${after.revision}`, ...added, ...notes]
}
