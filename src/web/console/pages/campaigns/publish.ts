import { needsAnother } from '../../../../campaigns/by-staff/money.ts'
import { readCampaignFile } from '../../../../campaigns/campaign-file.ts'
import { UnusableCampaign } from '../../../../campaigns/faults.ts'
import { fileOf } from '../../../../campaigns/file-of.ts'
import { promiseWords } from '../../../../campaigns/promise.ts'
import { readBack } from '../../../../campaigns/read-back.ts'
import { stockIdsOf } from '../../../../campaigns/rules-of.ts'
import { stocksNamed } from '../../../../campaigns/stocks-named.ts'
import { asksOf } from '../../../../doctor/campaign-check/asks.ts'
import { type CampaignFinding, checkCampaign } from '../../../../doctor/campaign-check/check-campaign.ts'
import { codeIsFresh } from '../../../../operators/rights/guard.ts'
import type { Campaign } from '../../../../plumbing/storage/schema/campaign.ts'
import type { Context, Handler } from '../../../shell/context.ts'
import { orAgain } from '../../again.ts'
import { goTo } from '../../enter.ts'
import { consolePaths as paths } from '../../paths.ts'
import { type FieldError, render } from '../../render.ts'
import type { Filled, MerchantState } from '../../state.ts'
import { Stopped } from '../../stopped.ts'
import { changeWithCode } from './changes.ts'
import { campaignPaths, namedCampaign } from './named-campaign.ts'
import { ticketsOf } from './tickets.ts'

/** `GET …/{campaign}/publish`: what is promised and what the check finds, before the campaign is published. */
export const show: Handler<MerchantState> = async (ctx) => renderPublish(ctx, await draftNamed(ctx))

/** Publishes it, or asks another person to. */
export const send: Handler<MerchantState & Filled> = async (ctx) => {
  const campaign = await draftNamed(ctx)
  const { form, services, merchant } = ctx.state
  if (form.get('revision') !== String(campaign.revision)) {
    return renderPublish(ctx, campaign, [{ name: '', text: '活动刚刚改过，请核对下面的内容再发布' }])
  }
  const findings = await checkCampaign(services, merchant, { ...campaign, state: 'published' })
  const errors = unseen(findings, form.get('seen'))
  if (errors.length > 0) return renderPublish(ctx, campaign, errors)
  await orAgain(
    () => publish(ctx, campaign),
    (wrong) => renderPublish(ctx, campaign, wrong),
  )
}

async function publish(ctx: Context<MerchantState & Filled>, campaign: Campaign): Promise<void> {
  try {
    const file = readCampaignFile({ ...fileOf(campaign), state: 'published' })
    const asked = await changeWithCode(ctx, { file, revision: campaign.revision })
    const { page } = campaignPaths(ctx.state.merchant, campaign.slug)
    goTo(ctx, asked === undefined ? `${page}?done=published` : paths.proposal.replace(':proposal', String(asked)))
  } catch (error) {
    if (!(error instanceof UnusableCampaign)) throw error
    const errors = error.found.map(({ chinese }) => ({ name: '', text: chinese }))
    await renderPublish(ctx, campaign, errors)
  }
}

/** What stops, stops; what asks must have been ticked, as it is now. */
function unseen(findings: CampaignFinding[], ticked: string | null): FieldError[] {
  if (findings.some(({ state }) => state === 'stop')) return [{ name: '', text: '检查没有通过，处理后才能发布' }]
  const { asks, seen } = asksOf(findings)
  if (asks.length === 0 || ticked === seen) return []
  const text = ticked === null ? '请先看检查结果并勾选，表示已经知道' : '检查结果和刚才不同了，请核对后再勾选'
  return [{ name: 'seen', text }]
}

async function draftNamed(ctx: Context<MerchantState>): Promise<Campaign> {
  const campaign = await namedCampaign(ctx)
  if (campaign.state !== 'draft') throw new Stopped(409, '活动已经发布过，请回到活动页查看。')
  return campaign
}

async function renderPublish(
  ctx: Context<MerchantState & Partial<Filled>>,
  campaign: Campaign,
  errors: FieldError[] = [],
): Promise<void> {
  const { services, merchant, person } = ctx.state
  const rules = { ...campaign, state: 'published' as const }
  const stocks = await stocksNamed(services.db, merchant.id, stockIdsOf(rules))
  const findings = await checkCampaign(services, merchant, rules)
  const needsOther = await needsAnother(services.db, person, merchant)
  render(ctx, 'campaign-publish', {
    campaign,
    at: campaignPaths(merchant, campaign.slug),
    promise: promiseWords(rules, stocks),
    sentence: readBack(rules, stocks, services.clock.now()),
    tickets: ticketsOf(rules, stocks, merchant.name),
    ...asksOf(findings),
    ticked: ctx.state.form?.get('seen'),
    findings,
    isStopped: findings.some(({ state }) => state === 'stop'),
    needsOther,
    wantsCode: !needsOther && !codeIsFresh(person, services.clock),
    errors,
  })
}
