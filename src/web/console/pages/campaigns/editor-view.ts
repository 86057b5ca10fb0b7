import { rulesOf, type Rules, stockIdsOf } from '../../../../campaigns/rules-of.ts'
import { readBack } from '../../../../campaigns/read-back.ts'
import { UnusableCampaign } from '../../../../campaigns/faults.ts'
import { stocksNamed } from '../../../../campaigns/stocks-named.ts'
import type { CampaignFinding } from '../../../../doctor/campaign-check/check-campaign.ts'
import type { Campaign } from '../../../../plumbing/storage/schema/campaign.ts'
import type { Context } from '../../../shell/context.ts'
import { consolePaths as paths } from '../../paths.ts'
import { type FieldError, render } from '../../render.ts'
import type { MerchantState } from '../../state.ts'
import { campaignKinds } from '../stocks/words.ts'
import { type Draft, rowsAtMost } from './draft.ts'
import { channelChoices, senderChoices, stockChoices } from './editor-choices.ts'
import { fileOfDraft } from './file-of-draft.ts'
import { campaignPaths } from './named-campaign.ts'
import { ticketsOf } from './tickets.ts'

/** What the editor shows: of a new campaign, or of `saved` at the revision that the person has seen. */
export type Editing = {
  draft: Draft
  saved?: Campaign
  revision?: number
  /** Rows that were asked for, besides those that are filled in. */
  more?: { coupons?: number; tiers?: number; tierCoupons?: number }
  findings?: CampaignFinding[]
  errors?: FieldError[]
  problem?: string
  focus?: string
}

/** The editor's page; a form that comes back has its `errors`. */
export async function renderEditor(ctx: Context<MerchantState>, editing: Editing): Promise<void> {
  const { merchant, services } = ctx.state
  const { draft, saved, revision, findings, errors = [], problem, focus } = editing
  const isDraft = saved === undefined || saved.state === 'draft'
  const at = campaignPaths(merchant, saved?.slug ?? '')
  const rules = rulesIn(draft)
  const stocks = await stocksNamed(services.db, merchant.id, rules ? stockIdsOf(rules) : [])
  const now = services.clock.now()
  render(ctx, 'campaign-edit', {
    draft,
    at,
    revision,
    isNew: saved === undefined,
    isDraft,
    savedTitle: saved?.title,
    kindName: campaignKinds[draft.kind],
    action: saved ? at.edit : at.new,
    sentence: rules && readBack(rules, stocks, now),
    tickets: rules ? ticketsOf(rules, stocks, merchant.name) : [],
    findings,
    rows: rowsShown(editing),
    deeds: deedsOf(draft, isDraft),
    stocks: await stockChoices(services, merchant, draft),
    importAt: paths.stockImport.replace(':merchant', merchant.slug),
    senders: senderChoices(merchant, draft),
    channels: channelChoices(draft),
    opensMore: errors.some(({ name }) => inMore.has(name)),
    errors,
    problem,
    focus: errors.length > 0 ? undefined : focus,
  })
}

/** Fields that are folded away: an error must be seen. */
const inMore = new Set([
  'slug',
  'rules',
  'basis',
  'excludes',
  'hold_minutes',
  'late_earns',
  'late_days',
  'card_ids',
  'gifted',
  'channel',
  'stackable',
  'senders',
])

/** What the form means, once it is right. */
function rulesIn(draft: Draft): Rules | undefined {
  try {
    return rulesOf(fileOfDraft(draft, 'draft'))
  } catch (error) {
    if (error instanceof UnusableCampaign) return undefined
    throw error
  }
}

function rowsShown({ draft, more = {} }: Editing) {
  const upTo = (rows: number) => Math.min(rowsAtMost, Math.max(1, rows))
  return {
    coupons: upTo(draft.coupons.length + (more.coupons ?? 0)),
    tiers: upTo(draft.tiers.length + (more.tiers ?? 0)),
    tierCoupons: (row: Draft['tiers'][number] | undefined) =>
      upTo((row?.coupons.length ?? 0) + (more.tierCoupons ?? 0)),
  }
}

/** The first is what Enter does: it changes nothing. */
function deedsOf({ kind }: Draft, isDraft: boolean) {
  const deed = (value: string, text: string, look = '') => ({ text, look, name: 'do', value })
  const rows =
    kind === 'spend'
      ? [deed('more-tiers', '再加一档'), deed('more-tier-coupons', '每档再加一张券')]
      : [deed('more-coupons', '再加一种券')]
  return isDraft
    ? [deed('check', '检查'), deed('save', '保存草稿'), deed('publish', '发布活动', 'main'), ...rows]
    : [deed('check', '检查'), deed('review', '查看修改', 'main'), ...rows]
}
