import { changedFields } from '../plumbing/files/changed-fields.ts'
import type { Db } from '../plumbing/storage/database.ts'
import { Unusable } from '../plumbing/unusable.ts'
import type { Services } from '../services.ts'
import type { Merchant } from '../merchants/merchant.ts'
import { changeLimits, limitsDiffer } from '../ledger/limit-change.ts'
import { removedSenders } from './sender-change.ts'
import { type CampaignFile, readCampaignFile } from './campaign-file.ts'
import { bindStocks } from './campaign-stocks.ts'
import { addedTierNotes, carriedOver } from './added-tiers.ts'
import type { Campaign } from '../plumbing/storage/schema/campaign.ts'
import { frozenFaults, hasGiven } from './frozen-rules.ts'

/**
 * Creates or updates a campaign of a merchant from its file; a change raises its revision, so that no claim decided on
 * the older rules is written. Once something was given, only edits are accepted that let nothing from before earn again
 * (`frozen-rules.ts`). Returns what changed and what the operator should know, one sentence each. Throws `Unusable`
 * naming every wrong field; then nothing was changed.
 */
export async function applyCampaign(services: Services, merchant: Merchant, file: unknown): Promise<string[]> {
  const campaign = readCampaignFile(file)
  const lines = await services.db.transaction().execute(async (db) => {
    const { faults, notes } = await bindStocks(db, merchant.id, campaign)
    faults.push(...senderFaults(merchant, campaign))
    if (faults.length > 0) throw new Unusable(faults)
    return [...(await write(db, merchant, campaign, services.clock.now())), ...notes]
  })
  services.catalog.forget()
  return lines.map((line) => `campaign ${campaign.slug}: ${line}`)
}

function senderFaults(merchant: Merchant, { sender_mchids }: CampaignFile): string[] {
  const senders = merchant.accounts.filter((account) => account.role === 'sender').map((account) => account.mchid)
  return sender_mchids.flatMap((mchid, index) =>
    senders.includes(mchid)
      ? []
      : [`sender_mchids[${index}]: ${mchid} is not a sender account of merchant ${merchant.slug}`],
  )
}

async function write(db: Db, merchant: Merchant, campaign: CampaignFile, now: Date): Promise<string[]> {
  const before = await db
    .selectFrom('campaigns')
    .selectAll()
    .where('merchant_id', '=', merchant.id)
    .where('slug', '=', campaign.slug)
    .forUpdate()
    .executeTakeFirst()
  const given = before !== undefined && (await hasGiven(db, before.id))
  const spend =
    before?.spend && campaign.spend
      ? carriedOver(before.spend, campaign.spend, given ? now : undefined)
      : (campaign.spend ?? null)
  const values = {
    kind: campaign.kind,
    title: campaign.title,
    rules: campaign.rules,
    starts_at: campaign.starts_at,
    ends_at: campaign.ends_at,
    coupons: campaign.kind === 'spend' ? [] : campaign.coupons,
    limits: campaign.limits,
    spend,
    card_ids: campaign.card_ids,
    cards: campaign.cards ?? 'new',
    gifted: campaign.gifted ?? false,
    channel: campaign.channel ?? null,
    stackable: campaign.stackable,
    state: campaign.state,
    sender_mchids: campaign.sender_mchids,
  }
  const columns = {
    ...values,
    coupons: JSON.stringify(values.coupons),
    limits: JSON.stringify(values.limits),
    spend: values.spend && JSON.stringify(values.spend),
    updated_at: now,
  }
  if (!before) {
    await db
      .insertInto('campaigns')
      .values({ merchant_id: merchant.id, slug: campaign.slug, ...columns })
      .execute()
    return ['created']
  }
  if (before.kind !== campaign.kind) {
    throw new Unusable([
      `kind: is ${before.kind} and cannot change, because its grants were earned by it: use another slug`,
    ])
  }
  const faults = [
    ...copyFaults(before, values.starts_at),
    ...(given ? [...removedSenders(merchant, before, campaign), ...frozenFaults(before, values)] : []),
  ]
  if (faults.length > 0) throw new Unusable([...faults, wayOut(merchant, before)])
  const changed = changedFields(before, values)
  if (changed.length === 0) return ['nothing changed']
  const after = { id: before.id, limits: values.limits, spend: values.spend }
  const differ = limitsDiffer(merchant, before, after)
  const changes = differ ? await changeLimits(db, merchant, before, after) : []
  const revision = before.revision + 1
  await db
    .updateTable('campaigns')
    .set({ ...columns, revision, limits_revision: before.limits_revision + (differ ? 1 : 0) })
    .where('id', '=', before.id)
    .execute()
  const added = given && before.spend && spend ? addedTierNotes(before.spend, spend) : []
  return [...changed, ...changes, `revision ${revision}`, ...added]
}

/** Earlier payments have already earned in the campaign from which this one was copied. */
function copyFaults({ counts_from }: Campaign, startsAt: Date): string[] {
  return counts_from && startsAt < counts_from
    ? [`starts_at: must not be before ${counts_from.toISOString()}: it is a copy that counts only what comes after`]
    : []
}

function wayOut(merchant: Merchant, { slug }: Campaign): string {
  return `for other rules:  campaign copy ${merchant.slug} ${slug} NEW_SLUG --from TIME  makes a copy that counts only what comes from TIME on`
}
