import { type GrantFilter, listGrants } from '../../../../grants/by-staff/list.ts'
import { isUuid } from '../../../../ledger/ids.ts'
import { maskedOpenid } from '../../../../members/masked-openid.ts'
import type { Context, Handler } from '../../../shell/context.ts'
import { consolePaths as paths } from '../../paths.ts'
import { render } from '../../render.ts'
import type { MerchantState } from '../../state.ts'
import { withQuery } from '../../with-query.ts'
import { couponWords, grantTag, triggerWords, whyWords } from './words.ts'

const rowsOfPage = 20

type Tab = { text: string; state?: string; having?: GrantFilter['having'] }

const everything: Tab = { text: '全部' }
const tabs: Tab[] = [
  everything,
  { text: '待发', state: 'pending', having: 'reserved' },
  { text: '拒绝', state: 'refused', having: 'refused' },
]

/** `GET /console/m/{slug}/grants`: who got what, who did not, and why; newest first. */
export const show: Handler<MerchantState> = async (ctx) => {
  const { services, merchant } = ctx.state
  const { campaign, tab, before } = await askedOf(ctx)
  const filter = { ...tab, ...(campaign && { campaignId: campaign.id }), ...(before && { before }) }
  const { grants, next } = await listGrants(services.db, merchant.id, filter, rowsOfPage)
  const at = addressesOf(merchant.slug, campaign?.slug)
  render(ctx, 'grants', {
    rows: grants.map((grant) => rowOf(grant, merchant.slug)),
    tabs: tabs.map((one) => ({ text: one.text, href: at(one.state), current: one === tab })),
    list: at(tab.state),
    campaign: campaign && { text: `活动：${campaign.title}`, href: addressesOf(merchant.slug)(tab.state) },
    older: next && at(tab.state, next),
    first: before && at(tab.state),
  })
}

function rowOf(grant: Awaited<ReturnType<typeof listGrants>>['grants'][number], slug: string) {
  const href = paths.grant.replace(':merchant', slug).replace(':grant', grant.id)
  const own = { at: grant.createdAt, member: maskedOpenid(grant.openid), campaign: grant.campaign.title, href }
  return { ...own, gives: couponWords(grant), tag: grantTag(grant), why: whyWords(grant), by: triggerWords(grant) }
}

/** What is no campaign, state or grant is left out. */
async function askedOf({ query, state }: Context<MerchantState>) {
  const found =
    typeof query.campaign === 'string'
      ? await state.services.catalog.campaign(state.merchant.id, query.campaign)
      : undefined
  const before = typeof query.before === 'string' && isUuid(query.before) ? query.before : undefined
  const tab = tabs.find(({ state: name }) => name !== undefined && name === query.state) ?? everything
  return { campaign: found, tab, before }
}

function addressesOf(slug: string, campaign?: string) {
  return (state?: string, before?: string) => {
    const asked = Object.entries({ state, campaign, before }).filter((pair): pair is [string, string] => !!pair[1])
    return withQuery(paths.grants.replace(':merchant', slug), Object.fromEntries(asked))
  }
}
