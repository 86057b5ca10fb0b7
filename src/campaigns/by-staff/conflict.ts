import type { Campaign } from '../../plumbing/storage/schema/campaign.ts'

/** Somebody else has changed the campaign since the form was opened. Nothing was changed now. */
export class CampaignConflict extends Error {
  readonly stored: Campaign

  constructor(stored: Campaign) {
    super(`campaign ${stored.slug} is at revision ${stored.revision}`)
    this.name = 'CampaignConflict'
    this.stored = stored
  }
}
