import type { Db } from '../plumbing/storage/database.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import { isUuid } from '../ledger/ids.ts'

/** Which grants an operator means: those with these ids, or all grants of a campaign that have an owed coupon. */
export type Wanted = { grantIds: string[] } | { campaign: { id: number; merchant_id: number } }

export type OwedGrant = {
  id: string
  merchant_id: number
  campaign_id: number
  openid: string
  tier: number | null
  earned_at: Date
}

/** Grants read per query. */
const batchSize = 500
const columns = ['id', 'merchant_id', 'campaign_id', 'openid', 'tier', 'earned_at'] as const
/** Yields the grants one by one, reading them in batches; yields the id itself when no grant has it. */
export async function* owedGrants({ db }: Services, wanted: Wanted): AsyncGenerator<OwedGrant | string> {
  if ('campaign' in wanted) return yield* ofCampaign(db, wanted.campaign)
  for (const id of wanted.grantIds) {
    const grant = isUuid(id)
      ? await db.selectFrom('grants').select(columns).where('id', '=', id).executeTakeFirst()
      : undefined
    yield grant ?? id
  }
}

async function* ofCampaign(db: Db, campaign: { id: number; merchant_id: number }): AsyncGenerator<OwedGrant> {
  for (let last = '00000000-0000-0000-0000-000000000000'; ;) {
    const batch = await db
      .selectFrom('grants')
      .select(columns)
      .where('merchant_id', '=', campaign.merchant_id)
      .where('campaign_id', '=', campaign.id)
      .where('id', '>', last)
      .where(({ exists, selectFrom }) =>
        exists(
          selectFrom('coupons')
            .select('coupons.id')
            .whereRef('coupons.grant_id', '=', 'grants.id')
            .where('coupons.state', '=', 'reserved'),
        ),
      )
      .orderBy('id')
      .limit(batchSize)
      .execute()
    yield* batch
    if (batch.length < batchSize) return
    last = batch.at(-1)!.id
  }
}

/** Returns the grant's merchant; throws when it is gone. */
export async function merchantOf(
  { catalog }: Services,
  grant: Pick<OwedGrant, 'id' | 'merchant_id'>,
): Promise<Merchant> {
  const merchant = await catalog.merchantById(grant.merchant_id)
  if (!merchant) throw new Error(`the merchant of grant ${grant.id} is gone`)
  return merchant
}
