import { differencesOf } from '../../../../campaigns/differences.ts'
import { rulesOf, stockIdsOf } from '../../../../campaigns/rules-of.ts'
import { stocksNamed } from '../../../../campaigns/stocks-named.ts'
import type { Campaign } from '../../../../plumbing/storage/schema/campaign.ts'
import type { Context } from '../../../shell/context.ts'
import { render } from '../../render.ts'
import type { MerchantState } from '../../state.ts'
import { type Draft, fieldsOfDraft } from './draft.ts'
import { fileOfDraft } from './file-of-draft.ts'
import { campaignPaths } from './named-campaign.ts'

/** Both versions side by side: what is stored now, and what this person's form says. Nothing of the form is lost. */
export async function renderConflict(ctx: Context<MerchantState>, draft: Draft, stored: Campaign): Promise<void> {
  const { services, merchant } = ctx.state
  const mine = rulesOf(fileOfDraft(draft, stored.state))
  const ids = [...new Set([...stockIdsOf(stored), ...stockIdsOf(mine)])]
  const changes = differencesOf(stored, mine, await stocksNamed(services.db, merchant.id, ids))
  const at = campaignPaths(merchant, stored.slug)
  const deed = stored.state === 'draft' ? 'save' : 'review'
  render(ctx, 'campaign-conflict', { stored, at, changes, fields: fieldsOfDraft(draft), deed }, 409)
}
