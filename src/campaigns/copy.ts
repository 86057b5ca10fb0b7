import type { Db } from '../plumbing/storage/database.ts'
import { Unusable } from '../plumbing/unusable.ts'
import type { Services } from '../services.ts'
import type { Merchant } from '../merchants/merchant.ts'
import { copiedRule } from './added-tiers.ts'
import type { Campaign } from '../plumbing/storage/schema/campaign.ts'
import { isSlug, slugRule } from './campaign-file.ts'

export type Copy = { slug: string; newSlug: string; from: Date }

/**
 * Copies a campaign so that its rules may change: the copy starts at `from` and can never start before, so that it
 * counts only later payments and cards. It is a draft, with places of its own under every limit. Returns what the
 * operator should know. Throws `Unusable` when it cannot be made; then nothing was changed.
 */
export async function copyCampaign(
  services: Services,
  merchant: Merchant,
  { slug, newSlug, from }: Copy,
): Promise<string[]> {
  const lines = await services.db.transaction().execute(async (db) => {
    const original = await db
      .selectFrom('campaigns')
      .selectAll()
      .where('merchant_id', '=', merchant.id)
      .where('slug', '=', slug)
      .forShare()
      .executeTakeFirst()
    const faults = faultsOf(original, merchant, { slug, newSlug, from }, services.clock.now())
    if (!original || faults.length > 0) throw new Unusable(faults)
    if (!(await insert(db, original, newSlug, from, services.clock.now()))) {
      throw new Unusable([`NEW_SLUG: merchant ${merchant.slug} has a campaign ${newSlug} already`])
    }
    return notes(original, newSlug, from)
  })
  services.catalog.forget()
  return lines
}

function faultsOf(
  original: Campaign | undefined,
  merchant: Merchant,
  { slug, newSlug, from }: Copy,
  now: Date,
): string[] {
  if (!original) return [`SLUG: merchant ${merchant.slug} has no campaign ${slug}`]
  const faults: string[] = []
  if (!isSlug(newSlug)) faults.push(`NEW_SLUG: ${slugRule}`)
  // Payments and cards since then may have earned in the original.
  if (from < now) faults.push('--from: must not lie in the past')
  if (from >= original.ends_at) {
    faults.push(`--from: must be before the end of ${slug}, ${original.ends_at.toISOString()}`)
  }
  return faults
}

async function insert(db: Db, original: Campaign, slug: string, from: Date, now: Date): Promise<boolean> {
  const { id: _id, revision: _revision, created_at: _created, coupons, limits, spend, ...rest } = original
  const inserted = await db
    .insertInto('campaigns')
    .values({
      ...rest,
      slug,
      state: 'draft',
      starts_at: from,
      counts_from: from,
      coupons: JSON.stringify(coupons),
      limits: JSON.stringify(limits),
      spend: spend && JSON.stringify(copiedRule(spend)),
      updated_at: now,
    })
    .onConflict((conflict) => conflict.columns(['merchant_id', 'slug']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

function notes({ slug, state, ends_at }: Campaign, newSlug: string, from: Date): string[] {
  const lines = [
    `campaign ${newSlug}: created as a draft, a copy of ${slug} that counts only what comes from ${from.toISOString()} on`,
    `campaign ${newSlug}: has places of its own under every limit: what ${slug} gave does not count`,
    `campaign ${newSlug}: write its file with the new rules, apply it, and publish it`,
  ]
  if (state !== 'ended' && ends_at >= from) {
    const lastSecond = new Date(from.getTime() - 1_000).toISOString()
    lines.push(`campaign ${slug}: is still open after that, and both give: set its ends_at to ${lastSecond}`)
  }
  return lines
}
