import type { Db } from '../plumbing/storage/database.ts'
import type { Services } from '../services.ts'
import type { Merchant } from '../merchants/merchant.ts'
import { writeAudit } from '../operators/audit/write.ts'
import { commandLine, type Doer } from '../operators/rights/parts.ts'
import { ofMerchant } from '../operators/rights/scope.ts'
import { copiedRule } from './added-tiers.ts'
import type { Campaign } from '../plumbing/storage/schema/campaign.ts'
import { isSlug, slugRule } from './campaign-file.ts'
import { campaignSubject } from './audit.ts'
import { type Fault, UnusableCampaign } from './faults.ts'
import { fieldRules } from './field-words.ts'

/** `from`: `now` is the moment of the copy. */
export type Copy = { slug: string; newSlug: string; from: Date | 'now' }

/**
 * Copies a campaign so that its rules may change: the copy starts at `from` and can never start before, so that it
 * counts only later payments and cards. It is a draft, with places of its own under every limit. Returns what the
 * operator should know. Throws `UnusableCampaign` when it cannot be made; then nothing was changed.
 */
export async function copyCampaign(
  services: Services,
  merchant: Merchant,
  { slug, newSlug, from: asked }: Copy,
  by: Doer = commandLine,
): Promise<string[]> {
  const lines = await services.db.transaction().execute(async (db) => {
    const original = await db
      .selectFrom('campaigns')
      .selectAll()
      .where('merchant_id', '=', merchant.id)
      .where('slug', '=', slug)
      .forShare()
      .executeTakeFirst()
    const now = services.clock.now()
    const from = asked === 'now' ? now : asked
    const faults = faultsOf(original, merchant, { slug, newSlug, from }, now)
    if (!original || faults.length > 0) throw new UnusableCampaign(faults)
    if (!(await insert(db, original, newSlug, from, now))) {
      const english = `merchant ${merchant.slug} has a campaign ${newSlug} already`
      throw new UnusableCampaign([{ field: 'NEW_SLUG', english, chinese: '这个网址名称已经有活动在用，请换一个' }])
    }
    const deed = { at: now, by, act: 'campaign_copied', scope: ofMerchant(merchant.id) } as const
    const subject = campaignSubject({ slug: newSlug })
    await writeAudit(db, { ...deed, subject, after: { of: slug, starts_at: from } })
    return notes(original, newSlug, from)
  })
  services.catalog.forget()
  return lines
}

function faultsOf(
  original: Campaign | undefined,
  merchant: Merchant,
  { slug, newSlug, from }: Copy & { from: Date },
  now: Date,
): Fault[] {
  if (!original) {
    return [{ field: 'SLUG', english: `merchant ${merchant.slug} has no campaign ${slug}`, chinese: '没有找到原活动' }]
  }
  const faults: Fault[] = []
  if (!isSlug(newSlug)) faults.push({ field: 'NEW_SLUG', english: slugRule, chinese: fieldRules.slug! })
  // Payments and cards since then may have earned in the original.
  if (from < now) {
    faults.push({ field: '--from', english: 'must not lie in the past', chinese: '开始时间不能早于现在' })
  }
  if (from >= original.ends_at) {
    const english = `must be before the end of ${slug}, ${original.ends_at.toISOString()}`
    faults.push({ field: '--from', english, chinese: '开始时间要早于原活动的结束时间；原活动已结束的，请新建活动' })
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
