import { isDeepStrictEqual } from 'node:util'
import { changeLimits, type LimitUse, limitsDiffer } from '../ledger/limit-change.ts'
import { type Merchant } from '../merchants/merchant.ts'
import { changedFields } from '../plumbing/files/changed-fields.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { Campaign } from '../plumbing/storage/schema/campaign.ts'
import { carriedOver } from './added-tiers.ts'
import type { CampaignFile } from './campaign-file.ts'
import { bindStocks } from './campaign-stocks.ts'
import { type Fault, UnusableCampaign } from './faults.ts'
import { frozenFaults, hasGiven } from './frozen-rules.ts'
import { removedSenders } from './sender-change.ts'

/** What came of an application. */
export type Applied = {
  /** undefined: it is new. */
  before: Campaign | undefined
  after: Campaign
  /** Something had been given before. */
  given: boolean
  /** The changed fields as a command says them. */
  changed: string[]
  /** How much of each changed limit is used. */
  uses: LimitUse[]
  /** What the operator should know about the stocks. */
  notes: string[]
}

/** The campaign of that slug under its lock; undefined when there is none. */
export function lockedCampaign(trx: Db, merchantId: number, slug: string): Promise<Campaign | undefined> {
  return trx
    .selectFrom('campaigns')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('slug', '=', slug)
    .forUpdate()
    .executeTakeFirst()
}

/**
 * Creates or updates a campaign from its file, in the caller's transaction; the caller forgets the catalog after it. A
 * change raises the revision, so that no claim decided on the older rules is written. Once something was given, only
 * edits are accepted that let nothing from before earn again (`frozen-rules.ts`). Throws `UnusableCampaign` naming every
 * wrong field.
 */
export async function applyIn(trx: Db, merchant: Merchant, file: CampaignFile, now: Date): Promise<Applied> {
  const { faults, notes } = await bindStocks(trx, merchant.id, file)
  refuse([...faults, ...senderFaults(merchant, file)])
  const before = await lockedCampaign(trx, merchant.id, file.slug)
  if (before && before.kind !== file.kind) refuse([kindFault(before)])
  const given = before !== undefined && (await hasGiven(trx, before.id))
  const values = valuesOf(file, before, given ? now : undefined)
  if (!before) {
    const row = { merchant_id: merchant.id, slug: file.slug, ...columnsOf(values, now) }
    const after = await trx.insertInto('campaigns').values(row).returningAll().executeTakeFirstOrThrow()
    return { before, after, given, changed: [], uses: [], notes }
  }
  const wrong = [
    ...copyFaults(before, values.starts_at),
    ...(given ? [...removedSenders(merchant, before, file), ...frozenFaults(before, values)] : []),
  ]
  refuse(wrong.length > 0 ? [...wrong, wayOut(merchant, before)] : [])
  const changed = changedFields(before, values)
  if (changed.length === 0) return { before, after: before, given, changed, uses: [], notes }
  return { before, given, changed, notes, ...(await change(trx, merchant, before, values, now)) }
}

type Values = ReturnType<typeof valuesOf>

/** `givenBy`: now, if the campaign has given something. */
function valuesOf(file: CampaignFile, before: Campaign | undefined, givenBy: Date | undefined) {
  const spend = before?.spend && file.spend ? carriedOver(before.spend, file.spend, givenBy) : (file.spend ?? null)
  return {
    kind: file.kind,
    title: file.title,
    rules: file.rules,
    starts_at: file.starts_at,
    ends_at: file.ends_at,
    coupons: file.kind === 'spend' ? [] : file.coupons,
    limits: file.limits,
    spend,
    card_ids: file.card_ids,
    cards: file.cards ?? 'new',
    gifted: file.gifted ?? false,
    channel: file.channel ?? null,
    stackable: file.stackable,
    state: file.state,
    sender_mchids: file.sender_mchids,
  } as const
}

function columnsOf({ coupons, limits, spend, card_ids, sender_mchids, ...values }: Values, now: Date) {
  return {
    ...values,
    card_ids: [...card_ids],
    sender_mchids: [...sender_mchids],
    coupons: JSON.stringify(coupons),
    limits: JSON.stringify(limits),
    spend: spend && JSON.stringify(spend),
    updated_at: now,
  }
}

async function change(
  trx: Db,
  merchant: Merchant,
  before: Campaign,
  values: Values,
  now: Date,
): Promise<Pick<Applied, 'after' | 'uses'>> {
  const limited = { id: before.id, limits: values.limits, spend: values.spend }
  const differ = limitsDiffer(merchant, before, limited)
  const uses = differ ? await changeLimits(trx, merchant, before, limited) : []
  const revisions = { revision: before.revision + 1, limits_revision: before.limits_revision + (differ ? 1 : 0) }
  const after = await trx
    .updateTable('campaigns')
    .set({ ...columnsOf(values, now), ...revisions })
    .where('id', '=', before.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return { after, uses }
}

/** True when the application changed nothing. */
export function isUnchanged({ before, after }: Applied): boolean {
  return isDeepStrictEqual(before, after)
}

function refuse(faults: Fault[]): void {
  if (faults.length > 0) throw new UnusableCampaign(faults)
}

function senderFaults(merchant: Merchant, { sender_mchids }: CampaignFile): Fault[] {
  const senders = merchant.accounts.filter(({ role }) => role === 'sender').map(({ mchid }) => mchid)
  return sender_mchids.flatMap((mchid, index) => {
    const english = `${mchid} is not a sender account of merchant ${merchant.slug}`
    return senders.includes(mchid)
      ? []
      : [{ field: `sender_mchids[${index}]`, english, chinese: `${mchid} 不是本商户的发券商户号` }]
  })
}

function kindFault({ kind }: Campaign): Fault {
  const english = `is ${kind} and cannot change, because its grants were earned by it: use another slug`
  return { field: 'kind', english, chinese: '活动类型不能改，请新建一个活动' }
}

/** Earlier payments have already earned in the campaign from which this one was copied. */
function copyFaults({ counts_from: from }: Campaign, startsAt: Date): Fault[] {
  if (!from || startsAt >= from) return []
  const english = `must not be before ${from.toISOString()}: it is a copy that counts only what comes after`
  return [
    {
      field: 'starts_at',
      english,
      chinese: '这是复制的活动，开始时间不能早于复制时选的时间，否则以前的消费会再得一次',
    },
  ]
}

function wayOut(merchant: Merchant, { slug }: Campaign): Fault {
  const english = `for other rules:  campaign copy ${merchant.slug} ${slug} NEW_SLUG --from TIME  makes a copy that counts only what comes from TIME on`
  return { field: '', english, chinese: '要用别的规则，请用“复制”新建一个活动：新活动只算从它开始以后的消费和开卡' }
}
