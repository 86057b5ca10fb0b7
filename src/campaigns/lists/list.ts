import { sql } from 'kysely'
import type { Merchant } from '../../merchants/merchant.ts'
import type { Db } from '../../plumbing/storage/database.ts'
import type { CampaignKind } from '../../plumbing/storage/schema.ts'
import type { Campaign } from '../../plumbing/storage/schema/campaign.ts'
import type { Services } from '../../services.ts'
import type { Standing } from '../standing.ts'
import { type CampaignFigures, figuresOf } from './figures.ts'

/** What of a merchant's campaigns is asked for; unset: all. */
export type CampaignFilter = {
  standing?: Standing
  kind?: CampaignKind
  /** A part of the title. */
  name?: string
  /** Only campaigns older than this one, for the next page. */
  before?: number
}

export type ListedCampaign = { campaign: Campaign; figures: CampaignFigures }

/** More campaigns than a shop has; a search by standing looks at no more of them at once. */
const readAtOnce = 200
const readAtMost = 2_000

/** The newest campaigns that fit, `most` of them; `next`: where the following page begins. */
export async function listCampaigns(
  services: Pick<Services, 'db' | 'cache'>,
  merchant: Merchant,
  filter: CampaignFilter,
  { most, now }: { most: number; now: Date },
): Promise<{ campaigns: ListedCampaign[]; next: number | undefined }> {
  const found: ListedCampaign[] = []
  let { before } = filter
  // The standing follows from the ledger, so that it is computed, and only then compared.
  const chunk = filter.standing === undefined ? most + 1 : readAtOnce
  for (let read = 0; read < readAtMost && found.length <= most; read += chunk) {
    const rows = await matching(services.db, merchant.id, { ...filter, ...(before !== undefined && { before }) }, chunk)
    const figures = await figuresOf(services, merchant, rows, now)
    const listed = rows.map((campaign) => ({ campaign, figures: figures.get(campaign.id)! }))
    found.push(...listed.filter((one) => !filter.standing || one.figures.standing === filter.standing))
    if (rows.length < chunk) break
    before = rows.at(-1)!.id
  }
  const campaigns = found.slice(0, most)
  return { campaigns, next: found.length > most ? campaigns.at(-1)?.campaign.id : undefined }
}

function matching(
  db: Db,
  merchantId: number,
  { kind, name, before }: CampaignFilter,
  most: number,
): Promise<Campaign[]> {
  return db
    .selectFrom('campaigns')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .$if(kind !== undefined, (query) => query.where('kind', '=', kind!))
    .$if(name !== undefined, (query) => query.where(sql<boolean>`strpos(lower(title), lower(${name})) > 0`))
    .$if(before !== undefined, (query) => query.where('id', '<', before!))
    .orderBy('id', 'desc')
    .limit(most)
    .execute()
}
