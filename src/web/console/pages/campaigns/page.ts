import type { Handler } from '../../../shell/context.ts'
import type { MerchantState } from '../../state.ts'
import { namedCampaign } from './named-campaign.ts'
import { renderCampaign } from './page-view.ts'

/** `GET …/campaigns/{campaign}`. */
export const show: Handler<MerchantState> = async (ctx) => renderCampaign(ctx, await namedCampaign(ctx))
