import {
  type AskedCampaigns,
  askedCampaigns,
  campaignChips,
  campaignFilter,
  kindNames,
  stateNames,
} from './list-filter.ts'
import { listCampaigns } from '../../../../campaigns/lists/list.ts'
import { latestRefusals } from '../../../../campaigns/lists/refusals.ts'
import { memberWords, outcomes } from '../../../../ledger/outcomes/outcomes.ts'
import { may } from '../../../../operators/rights/person.ts'
import type { Handler } from '../../../shell/context.ts'
import { olderThan } from '../../older-than.ts'
import { render } from '../../render.ts'
import { withQuery } from '../../with-query.ts'
import type { MerchantState } from '../../state.ts'
import { campaignKinds } from '../stocks/words.ts'
import { campaignPaths } from './named-campaign.ts'
import { templateCards } from './template-cards.ts'
import { figureWords, standingTags } from './words.ts'

const rowsOfPage = 20

/** `GET /console/m/{slug}/campaigns`: what runs, and whether it is healthy. */
export const show: Handler<MerchantState> = async (ctx) => {
  const { services, merchant, person, scope } = ctx.state
  const query = new URLSearchParams(ctx.querystring)
  const asked = askedCampaigns(query)
  const before = olderThan(query)
  const [{ campaigns, next }, refusals] = await Promise.all([
    listCampaigns(
      services,
      merchant,
      { ...campaignFilter(asked), ...before },
      { most: rowsOfPage, now: services.clock.now() },
    ),
    latestRefusals(services.db, merchant.id),
  ])
  const at = campaignPaths(merchant, '')
  const addressOf = (one: AskedCampaigns & { before?: string }) => withQuery(at.list, one)
  const rows = campaigns.map(({ campaign, figures }) => ({
    title: campaign.title,
    slug: campaign.slug,
    kind: campaignKinds[campaign.kind],
    tag: standingTags[figures.standing],
    ...figureWords(campaign, figures),
    refused: reasonWords(refusals.get(campaign.id)),
    at: campaignPaths(merchant, campaign.slug),
    isOver: campaign.state === 'ended',
  }))
  const pager = {
    ...(next !== undefined && { older: addressOf({ ...asked, before: String(next) }) }),
    ...(before.before !== undefined && { first: addressOf(asked) }),
  }
  const isFiltered = Object.keys(asked).length > 0 || before.before !== undefined
  const cards = templateCards(merchant)
  const mayEdit = may(person, 'edit_campaigns', scope)
  const chips = campaignChips(asked, addressOf)
  render(ctx, 'campaigns', { rows, asked, chips, pager, at, cards, isFiltered, mayEdit, kindNames, stateNames })
}

/** The outcome table's cause where there is one, or else what the member reads. */
function reasonWords(reason: string | undefined): string {
  if (reason === undefined) return '—'
  return outcomes.find(({ name }) => name === reason)?.operator.cause ?? memberWords(reason).message
}
