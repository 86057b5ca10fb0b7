import QRCode from 'qrcode'
import { changeCampaignState, stateChanges } from '../../../../campaigns/by-staff/change-state.ts'
import type { StateChange } from '../../../../campaigns/by-staff/change-state.ts'
import { fileOf } from '../../../../campaigns/file-of.ts'
import type { Handler } from '../../../shell/context.ts'
import { goTo } from '../../enter.ts'
import type { Filled, MerchantState } from '../../state.ts'
import { campaignPaths, memberUrl, namedCampaign } from './named-campaign.ts'

/** 暂停, 恢复, 结束. */
export const changeState: Handler<MerchantState & Filled> = async (ctx) => {
  const { services, person, merchant, form } = ctx.state
  const { slug } = await namedCampaign(ctx)
  const change = form.get('change') ?? ''
  if (!Object.hasOwn(stateChanges, change)) return ctx.throw(422)
  await changeCampaignState(services, person, { merchant, slug, change: change as StateChange })
  goTo(ctx, `${campaignPaths(merchant, slug).page}?done=${change}`)
}

/** 下载活动文件: what `campaign apply` takes. */
export const file: Handler<MerchantState> = async (ctx) => {
  const campaign = await namedCampaign(ctx)
  ctx.attachment(`${campaign.slug}.json`)
  ctx.type = 'application/json; charset=utf-8'
  ctx.body = `${JSON.stringify(fileOf(campaign), undefined, 2)}\n`
}

/** The QR code of the member's page, as an image of its own: the page's policy allows no inline style. */
export const code: Handler<MerchantState> = async (ctx) => {
  const url = memberUrl(ctx, await namedCampaign(ctx))
  ctx.type = 'image/svg+xml'
  ctx.body = await QRCode.toString(url, { type: 'svg', margin: 2, width: 240 })
}
