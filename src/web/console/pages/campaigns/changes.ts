import { needsAnother } from '../../../../campaigns/by-staff/money.ts'
import { saveCampaignFor } from '../../../../campaigns/by-staff/save.ts'
import { tryOut } from '../../../../campaigns/by-staff/try-out.ts'
import type { Version } from '../../../../campaigns/by-staff/version.ts'
import { differencesOf } from '../../../../campaigns/differences.ts'
import { stockIdsOf } from '../../../../campaigns/rules-of.ts'
import { stocksNamed } from '../../../../campaigns/stocks-named.ts'
import { changeOrAskChecked } from '../../../../doctor/campaign-check/guarded.ts'
import { codeIsFresh } from '../../../../operators/rights/guard.ts'
import type { Context } from '../../../shell/context.ts'
import { orAgain } from '../../again.ts'
import { goTo } from '../../enter.ts'
import { consolePaths as paths } from '../../paths.ts'
import { type FieldError, render } from '../../render.ts'
import type { Filled, MerchantState } from '../../state.ts'
import { takeCode } from '../../take-code.ts'
import { type Draft, fieldsOfDraft } from './draft.ts'
import { campaignPaths } from './named-campaign.ts'

type Edit = Version & { revision: number }

/** What an edit of a published campaign would change, and what that does to limits, before anything is stored. */
export async function renderChanges(
  ctx: Context<MerchantState>,
  draft: Draft,
  version: Edit,
  errors: FieldError[] = [],
): Promise<void> {
  const { services, merchant, person } = ctx.state
  const { before, after, effects, costs } = await tryOut(services, merchant, version)
  const ids = [...new Set([...stockIdsOf(after), ...(before ? stockIdsOf(before) : [])])]
  const stocks = await stocksNamed(services.db, merchant.id, ids)
  const asks = costs.length > 0 && (await needsAnother(services.db, person, merchant))
  const wantsCode = costs.length > 0 && !asks && !codeIsFresh(person, services.clock)
  const changes = before ? differencesOf(before, after, stocks) : []
  const at = campaignPaths(merchant, draft.slug)
  const fields = [...fieldsOfDraft(draft), ['revision', String(version.revision)]]
  render(ctx, 'campaign-changes', { at, title: after.title, changes, effects, costs, asks, wantsCode, fields, errors })
}

/** Stores the edit, or asks for it where it costs money and another person must approve. */
export async function sendChange(ctx: Context<MerchantState & Filled>, draft: Draft, version: Edit): Promise<void> {
  const { services, merchant } = ctx.state
  const { costs } = await tryOut(services, merchant, version)
  const at = campaignPaths(merchant, draft.slug)
  await orAgain(
    async () => {
      if (costs.length === 0) {
        await saveCampaignFor(services, ctx.state.person, { merchant, version })
        return goTo(ctx, `${at.page}?done=changed`)
      }
      const asked = await changeWithCode(ctx, version)
      goTo(ctx, asked === undefined ? `${at.page}?done=changed` : paths.proposal.replace(':proposal', String(asked)))
    },
    (errors) => renderChanges(ctx, draft, version, errors),
  )
}

/** The code is taken in the same step by whoever confirms alone. Returns the number of the proposal, if there is one. */
export async function changeWithCode(ctx: Context<MerchantState & Filled>, version: Edit): Promise<number | undefined> {
  const { services, merchant } = ctx.state
  if (!(await needsAnother(services.db, ctx.state.person, merchant))) await takeCode(ctx)
  return changeOrAskChecked(services, ctx.state.person, { merchant, version })
}
