import { sql } from 'kysely'
import { connectedCard } from '../cards/products/connected.ts'
import { unprovenOpenings } from '../cards/unproven.ts'
import { dayMs } from '../plumbing/clock.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import { finding, type Finding } from './findings.ts'

/** When a campaign has run for this long without a single card push, none will come. */
const patienceMs = dayMs

/**
 * For a merchant with a published card_open campaign: whether WeChat's card pushes arrive at all, without which no new
 * card is proven, and how many openings still wait for such a proof.
 */
export async function checkCards({ db, clock }: Services, merchant: Merchant): Promise<Finding[]> {
  const now = clock.now()
  const { first } = await db
    .selectFrom('campaigns')
    .select((eb) => eb.fn.min('starts_at').as('first'))
    .where('merchant_id', '=', merchant.id)
    .where('kind', '=', 'card_open')
    .where('state', '=', 'published')
    .where('ends_at', '>', now)
    .executeTakeFirstOrThrow()
  if (!first) return []
  const unproven = (await unprovenOpenings(db, merchant, now)).length
  const { slug } = merchant
  const findings: Finding[] = []
  if (await needsPushes(db, merchant))
    findings.push(await checkPushes(db, merchant, unproven > 0 || now.getTime() - first.getTime() > patienceMs))
  return unproven > 0 ? [...findings, finding('openings_unproven', { slug, unproven })] : findings
}

/** Cards of WeChat Pay's products come by notices of their own: a campaign for these alone needs no push. */
async function needsPushes(db: Db, merchant: Merchant): Promise<boolean> {
  const campaigns = await db
    .selectFrom('campaigns')
    .select('card_ids')
    .where('merchant_id', '=', merchant.id)
    .where('kind', '=', 'card_open')
    .where('state', '=', 'published')
    .execute()
  return campaigns.some(({ card_ids }) => card_ids.length === 0 || card_ids.some((id) => !connectedCard(merchant, id)))
}

async function checkPushes(db: Db, merchant: Merchant, expected: boolean): Promise<Finding> {
  const { slug } = merchant
  const { messageToken, encodingAesKey } = merchant.officialAccount
  const { pushed, vouched } = await whatArrived(db, merchant)
  if (pushed) return finding('card_pushes_arrive')
  if (vouched) return finding('card_events_arrive')
  if (!messageToken || !encodingAesKey) return finding('card_pushes_without_keys', { slug })
  return finding(expected ? 'card_pushes_missing' : 'card_pushes_not_yet', { slug })
}

/** Applied messages are kept in card_openings for longer than in the inbox. */
async function whatArrived(db: Db, merchant: Merchant): Promise<{ pushed: boolean; vouched: boolean }> {
  const told = sql<boolean>`exists (select from inbox where merchant_id = ${merchant.id} and source = 'oa')
    or exists (select from card_openings where merchant_id = ${merchant.id} and (taken_at is not null or restored_at is not null))`
  const vouched = sql<boolean>`exists (select from card_openings where merchant_id = ${merchant.id} and vouched_at is not null)`
  return db.selectNoFrom([told.as('pushed'), vouched.as('vouched')]).executeTakeFirstOrThrow()
}
