import { UnusableCampaign } from '../../../../campaigns/faults.ts'
import { checkCampaignFile } from '../../../../doctor/campaign-check/check-file.ts'
import type { Context } from '../../../shell/context.ts'
import type { Filled, MerchantState } from '../../state.ts'
import { type Editing, renderEditor } from './editor-view.ts'
import { fieldErrors } from './field-errors.ts'
import { fileOfDraft } from './file-of-draft.ts'

/** Does the deed of the editor's form; what is wrong with the form comes back with it. */
export async function orFaults(
  ctx: Context<MerchantState>,
  editing: Editing,
  deed: () => Promise<unknown>,
): Promise<void> {
  try {
    await deed()
  } catch (error) {
    if (!(error instanceof UnusableCampaign)) throw error
    await renderEditor(ctx, { ...editing, errors: fieldErrors(error.found) })
  }
}

const more: Record<string, Editing['more']> = {
  'more-coupons': { coupons: 1 },
  'more-tiers': { tiers: 1 },
  'more-tier-coupons': { tierCoupons: 1 },
}

/** Shows the form again where that is all that was asked: with another row, or with what the check finds. */
export async function reworked(ctx: Context<MerchantState & Filled>, editing: Editing): Promise<boolean> {
  const { form, services, merchant } = ctx.state
  const deed = form.get('do') ?? ''
  if (Object.hasOwn(more, deed)) await renderEditor(ctx, { ...editing, more: more[deed] ?? {} })
  else if (deed === 'check') {
    await orFaults(ctx, editing, async () => {
      const file = fileOfDraft(editing.draft, editing.saved?.state ?? 'draft')
      const findings = await checkCampaignFile(services, merchant, file)
      await renderEditor(ctx, { ...editing, findings })
    })
  } else return false
  return true
}
