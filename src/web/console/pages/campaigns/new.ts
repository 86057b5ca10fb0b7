import { saveCampaignFor } from '../../../../campaigns/by-staff/save.ts'
import { stockIdsOf } from '../../../../campaigns/rules-of.ts'
import type { Campaign } from '../../../../plumbing/storage/schema/campaign.ts'
import { shelfStocks } from '../../../../stocks/on-shelf.ts'
import { storedStock } from '../../../../stocks/imported.ts'
import type { Context, Handler } from '../../../shell/context.ts'
import { goTo } from '../../enter.ts'
import type { Filled, MerchantState } from '../../state.ts'
import { draftOfForm } from './draft.ts'
import { renderEditor } from './editor-view.ts'
import { orFaults, reworked } from './editor-acts.ts'
import { fileOfDraft } from './file-of-draft.ts'
import { campaignPaths } from './named-campaign.ts'
import { copiedDraft, freeSlug, newDraft } from './new-draft.ts'
import { renderChoice } from './choice-view.ts'
import { templateNamed } from './templates.ts'

/** `GET …/campaigns/new?template=link&stock=…`: the editor, filled in as far as it can be. Stores nothing. */
export const show: Handler<MerchantState> = async (ctx) => {
  const { services, merchant } = ctx.state
  const query = new URLSearchParams(ctx.querystring)
  const now = services.clock.now()
  const template = templateNamed(query.get('template') ?? '')
  const original = await originalOf(ctx, query.get('copy') ?? '')
  const kind = original?.kind ?? template?.kind
  if (kind === undefined) return renderChoice(ctx)
  const slug = await freeSlug(services.db, merchant, kind, now)
  const stock = await stockFor(ctx, query.get('stock') ?? firstStock(original))
  const draft = original ? copiedDraft(original, stock, slug, now) : newDraft(template!, stock, slug, now)
  await renderEditor(ctx, { draft, focus: kind === 'spend' ? 'tiers-0-at_least' : 'total' })
}

/** 检查, 保存草稿, 发布活动, or another row. */
export const send: Handler<MerchantState & Filled> = async (ctx) => {
  const { services, person, merchant, form } = ctx.state
  const draft = draftOfForm(form)
  if (await reworked(ctx, { draft })) return
  await orFaults(ctx, { draft }, async () => {
    const version = { file: fileOfDraft(draft, 'draft'), revision: undefined }
    const { slug } = await saveCampaignFor(services, person, { merchant, version })
    const at = campaignPaths(merchant, slug)
    goTo(ctx, form.get('do') === 'publish' ? at.publish : `${at.page}?done=saved`)
  })
}

/** The campaign whose rules the form begins with; undefined when the address names none of the merchant's. */
async function originalOf({ state }: Context<MerchantState>, slug: string): Promise<Campaign | undefined> {
  return slug === '' ? undefined : state.services.catalog.campaign(state.merchant.id, slug)
}

function firstStock(original: Campaign | undefined): string {
  return (original && stockIdsOf(original)[0]) ?? ''
}

/** The stock that the address names, or else the newest that runs and is on the shelf. */
async function stockFor({ state }: Context<MerchantState>, stockId: string) {
  const { services, merchant } = state
  const named = stockId === '' ? undefined : await storedStock(services.db, merchant.id, stockId)
  if (named) return named
  const onShelf = await shelfStocks(services.db, merchant.id, services.clock.now())
  return onShelf.find(({ status }) => status === 'running')
}
