import { listCampaigns } from '../../../../campaigns/lists/list.ts'
import type { Context } from '../../../shell/context.ts'
import { render } from '../../render.ts'
import type { MerchantState } from '../../state.ts'
import { campaignKinds } from '../stocks/words.ts'
import { campaignPaths } from './named-campaign.ts'
import { templateCards } from './template-cards.ts'
import { standingTags } from './words.ts'

const copiesShown = 10

/** What a new campaign may begin with: a template, or a campaign that there is. */
export async function renderChoice(ctx: Context<MerchantState>): Promise<void> {
  const { services, merchant } = ctx.state
  const now = services.clock.now()
  const { campaigns } = await listCampaigns(services, merchant, {}, { most: copiesShown, now })
  const copies = campaigns.map(({ campaign, figures }) => ({
    title: campaign.title,
    kind: campaignKinds[campaign.kind],
    tag: standingTags[figures.standing],
    href: campaignPaths(merchant, campaign.slug).copy,
  }))
  render(ctx, 'campaign-new', { at: campaignPaths(merchant, ''), cards: templateCards(merchant), copies })
}
