import type { Merchant } from '../../merchants/merchant.ts'
import { approversIn } from '../../operators/proposals/approvers.ts'
import type { ProposedAct } from '../../operators/proposals/act.ts'
import { propose } from '../../operators/proposals/ask.ts'
import { requireFreshCode, requireMay } from '../../operators/rights/guard.ts'
import { doerOf, may, type Person } from '../../operators/rights/person.ts'
import { ofMerchant } from '../../operators/rights/scope.ts'
import { hashOf } from '../../operators/tokens.ts'
import type { Db } from '../../plumbing/storage/database.ts'
import type { Services } from '../../services.ts'
import { writeCampaignDeed } from '../audit.ts'
import { readCampaignFile } from '../campaign-file.ts'
import { fileOf } from '../file-of.ts'
import { rulesOf, stockIdsOf } from '../rules-of.ts'
import { tellOfMoney } from './tell-of-money.ts'
import { applyVersion, type Version } from './version.ts'

/** What is frozen: the campaign's file as it was, and as it shall be. */
export type CampaignChange = { slug: string; revision: number; before: object; file: object }

/** A change of a campaign that costs money: publishing it, or letting a published one give more. */
export function campaignChange({ clock }: Pick<Services, 'clock'>, merchant: Merchant): ProposedAct<CampaignChange> {
  return {
    name: 'campaign_change',
    ask: 'ask_for_money',
    approve: 'approve_money',
    revision: (db, _scope, payload) => revisionOf(db, merchant, payload),
    async execute(trx, { payload }, approver) {
      const version = { file: readCampaignFile(payload.file), revision: payload.revision }
      const done = await applyVersion(trx, merchant, version, clock.now())
      await writeCampaignDeed(trx, { at: clock.now(), by: doerOf(approver), ...done })
    },
  }
}

/** True when somebody else must approve what this person asks for. */
export async function needsAnother(db: Db, person: Person, { id }: Merchant): Promise<boolean> {
  const scope = ofMerchant(id)
  return !may(person, 'approve_money', scope) || (await approversIn(db, 'approve_money', scope)) > 1
}

/**
 * Does a change that costs money, or where another person must approve asks for it. Returns the number of the proposal;
 * undefined when it is done. Throws `Declined` (code_needed too), `CampaignConflict` and `UnusableCampaign`.
 */
export async function changeOrAsk(
  services: Services,
  person: Person,
  { merchant, version }: { merchant: Merchant; version: Version & { revision: number } },
): Promise<number | undefined> {
  const scope = ofMerchant(merchant.id)
  requireMay(person, 'edit_campaigns', scope)
  requireMay(person, 'ask_for_money', scope)
  if (!(await needsAnother(services.db, person, merchant))) return doAlone(services, person, merchant, version)
  const { slug, title } = version.file
  const before = await dryRun(services, merchant, version)
  const payload = { slug, revision: version.revision, before, file: asFile(version) }
  const verb = version.file.state === 'published' && before.state === 'draft' ? '发布活动' : '修改活动'
  const subject = `${verb}“${title}”（${slug}）`
  return propose(services, person, campaignChange(services, merchant), { scope, subject, payload })
}

/** The only person who may approve confirms with a code; owners and the provider's people are told. */
async function doAlone(services: Services, person: Person, merchant: Merchant, version: Version): Promise<undefined> {
  const { db, clock, catalog } = services
  requireFreshCode(person, clock)
  await db.transaction().execute(async (trx) => {
    const at = clock.now()
    const done = await applyVersion(trx, merchant, version, at)
    await tellOfMoney(trx, merchant, { at, by: person.email, ...done })
    await writeCampaignDeed(trx, { at, by: doerOf(person), ...done, alone: true })
  })
  catalog.forget()
  return undefined
}

/** Whoever asks reads at once what is wrong, and not whoever approves. Returns the file as it is. */
async function dryRun({ db, clock }: Services, merchant: Merchant, version: Version) {
  const trx = await db.startTransaction().execute()
  try {
    return fileOf((await applyVersion(trx, merchant, version, clock.now())).before!)
  } finally {
    await trx.rollback().execute()
  }
}

/** As JSON has it, so that the frozen text can be read again. */
function asFile({ file }: Version): object {
  return { ...file, starts_at: file.starts_at.toISOString(), ends_at: file.ends_at.toISOString() }
}

/** Of the campaign, under its lock, and of what its stocks promise. */
async function revisionOf(db: Db, merchant: Merchant, { slug, file }: CampaignChange): Promise<string> {
  const campaign = await db
    .selectFrom('campaigns')
    .select('revision')
    .where('merchant_id', '=', merchant.id)
    .where('slug', '=', slug)
    .forUpdate()
    .executeTakeFirst()
  const stocks = await db
    .selectFrom('stocks')
    .select(['stock_id', 'status', 'coupon_amount', 'transaction_minimum', 'max_coupons'])
    .select(['max_coupons_per_user', 'available_begin', 'available_end', 'goods_tags'])
    .where('merchant_id', '=', merchant.id)
    .where('stock_id', 'in', ['', ...stockIdsOf(rulesOf(readCampaignFile(file)))])
    .orderBy('stock_id')
    .execute()
  return `${campaign?.revision ?? 0}/${hashOf(JSON.stringify(stocks))}`
}
