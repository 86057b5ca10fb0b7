import { copyCampaignFor } from '../../../../campaigns/by-staff/copy.ts'
import type { Copy } from '../../../../campaigns/copy.ts'
import { UnusableCampaign } from '../../../../campaigns/faults.ts'
import type { Campaign } from '../../../../plumbing/storage/schema/campaign.ts'
import type { Context, Handler } from '../../../shell/context.ts'
import { goTo } from '../../enter.ts'
import { type FieldError, render } from '../../render.ts'
import type { Filled, MerchantState } from '../../state.ts'
import { fieldErrors } from './field-errors.ts'
import { campaignPaths, namedCampaign } from './named-campaign.ts'
import { freeSlug } from './new-draft.ts'
import { instantOf } from './typed.ts'

/** `GET …/{campaign}/copy`; one that is over has no time left to copy: its rules fill in the form of a new one. */
export const show: Handler<MerchantState> = async (ctx) => {
  const { services, merchant } = ctx.state
  const campaign = await namedCampaign(ctx)
  const now = services.clock.now()
  if (campaign.ends_at <= now) {
    return goTo(ctx, `${campaignPaths(merchant, '').new}?copy=${campaign.slug}`)
  }
  renderCopy(ctx, campaign, { slug: await freeSlug(services.db, merchant, campaign.kind, now), when: 'now' })
}

export const send: Handler<MerchantState & Filled> = async (ctx) => {
  const { services, person, merchant, form } = ctx.state
  const campaign = await namedCampaign(ctx)
  const asked = {
    slug: text(form, 'slug'),
    when: text(form, 'when'),
    day: text(form, 'starts_day'),
    time: text(form, 'starts_time'),
  }
  const from: Copy['from'] = asked.when === 'later' ? new Date(instantOf(asked.day, asked.time, false)) : 'now'
  if (from !== 'now' && Number.isNaN(from.getTime())) {
    return renderCopy(ctx, campaign, asked, [{ name: 'starts_day', text: '请填写开始日期和时刻' }])
  }
  try {
    const copy: Copy = { slug: campaign.slug, newSlug: asked.slug, from }
    await copyCampaignFor(services, person, { merchant, copy })
    goTo(ctx, `${campaignPaths(merchant, asked.slug).page}?done=copied`)
  } catch (error) {
    if (!(error instanceof UnusableCampaign)) throw error
    renderCopy(ctx, campaign, asked, fieldErrors(error.found))
  }
}

type Asked = { slug: string; when: string; day?: string; time?: string }

function renderCopy(ctx: Context<MerchantState>, campaign: Campaign, asked: Asked, errors: FieldError[] = []): void {
  render(ctx, 'campaign-copy', { campaign, asked, at: campaignPaths(ctx.state.merchant, campaign.slug), errors })
}

function text(form: URLSearchParams, name: string): string {
  return (form.get(name) ?? '').trim()
}
