import { CampaignConflict } from '../../../../campaigns/by-staff/conflict.ts'
import { saveCampaignFor } from '../../../../campaigns/by-staff/save.ts'
import type { Context, Handler } from '../../../shell/context.ts'
import { goTo } from '../../enter.ts'
import { Stopped } from '../../stopped.ts'
import type { Filled, MerchantState } from '../../state.ts'
import { renderChanges, sendChange } from './changes.ts'
import { renderConflict } from './conflict-view.ts'
import { type Draft, draftOfForm } from './draft.ts'
import { draftOfRules } from './draft-of-rules.ts'
import { orFaults, reworked } from './editor-acts.ts'
import { type Editing, renderEditor } from './editor-view.ts'
import { fileOfDraft } from './file-of-draft.ts'
import { campaignPaths, namedCampaign } from './named-campaign.ts'

/** `GET …/{campaign}/edit`. */
export const show: Handler<MerchantState> = async (ctx) => {
  const saved = await namedCampaign(ctx)
  if (saved.state === 'ended') throw new Stopped(409, '活动已经结束，不能再改。可以复制为新活动。')
  await renderEditor(ctx, { draft: draftOfRules(saved, saved.slug), saved, revision: saved.revision })
}

/** 检查, 保存草稿, 发布活动, another row; of a campaign that was published 查看修改 and then what follows from it. */
export const send: Handler<MerchantState & Filled> = async (ctx) => {
  const saved = await namedCampaign(ctx)
  if (saved.state === 'ended') throw new Stopped(409, '活动已经结束，不能再改。可以复制为新活动。')
  const draft = { ...draftOfForm(ctx.state.form), slug: saved.slug, kind: saved.kind }
  const editing = { draft, saved, revision: revisionIn(ctx.state.form) }
  if (await reworked(ctx, editing)) return
  await orFaults(ctx, editing, () => orConflict(ctx, draft, () => store(ctx, editing)))
}

async function store(
  ctx: Context<MerchantState & Filled>,
  editing: Editing & { saved: NonNullable<Editing['saved']> },
) {
  const { services, person, merchant, form } = ctx.state
  const { draft, saved, revision = 0 } = editing
  const version = { file: fileOfDraft(draft, saved.state), revision }
  if (saved.state !== 'draft') {
    const confirms = form.get('do') === 'confirm'
    return confirms ? sendChange(ctx, draft, version) : renderChanges(ctx, draft, version)
  }
  await saveCampaignFor(services, person, { merchant, version })
  const at = campaignPaths(merchant, saved.slug)
  goTo(ctx, form.get('do') === 'publish' ? at.publish : `${at.page}?done=saved`)
}

/** What somebody else has saved meanwhile stands beside what this form says. */
async function orConflict(ctx: Context<MerchantState>, draft: Draft, deed: () => Promise<unknown>): Promise<void> {
  try {
    await deed()
  } catch (error) {
    if (!(error instanceof CampaignConflict)) throw error
    await renderConflict(ctx, draft, error.stored)
  }
}

/** A text that is none is no revision that there ever was. */
function revisionIn(form: URLSearchParams): number {
  const text = form.get('revision') ?? ''
  return /^\d{1,9}$/.test(text) ? Number(text) : 0
}
