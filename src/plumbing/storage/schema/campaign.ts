import type { Selectable } from 'kysely'
import type { CampaignsTable } from '../schema.ts'

/** Our offer of coupons, as stored. */
export type Campaign = Selectable<CampaignsTable>
