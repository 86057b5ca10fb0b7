import { waitingChange } from '../../../../campaigns/by-staff/waiting-change.ts'
import { figuresOf } from '../../../../campaigns/lists/figures.ts'
import { type LatestGrant, latestGrants } from '../../../../campaigns/lists/latest-grants.ts'
import { promiseWords } from '../../../../campaigns/promise.ts'
import { readBack } from '../../../../campaigns/read-back.ts'
import { stockIdsOf } from '../../../../campaigns/rules-of.ts'
import { stocksNamed } from '../../../../campaigns/stocks-named.ts'
import { maskedOpenid } from '../../../../members/masked-openid.ts'
import { may } from '../../../../operators/rights/person.ts'
import type { Campaign } from '../../../../plumbing/storage/schema/campaign.ts'
import type { Context } from '../../../shell/context.ts'
import { consolePaths as paths } from '../../paths.ts'
import { render } from '../../render.ts'
import type { MerchantState } from '../../state.ts'
import { campaignKinds, type Tag } from '../stocks/words.ts'
import { historyEvents } from './history-events.ts'
import { campaignPaths, memberUrl } from './named-campaign.ts'
import { ticketsOf } from './tickets.ts'
import { figureWords, standingTags } from './words.ts'

const done: Record<string, string> = {
  saved: '草稿已保存，发布后会员才能得券',
  published: '活动已发布',
  changed: '修改已保存，从现在起按新的规则发',
  pause: '已暂停，会员会看到“活动暂停中”；欠着的券照常发',
  resume: '已恢复，会员可以继续得券',
  end: '活动已结束',
  copied: '已复制为草稿，请修改后发布',
}

const grantsShown = 10
const deedsShown = 20

/** The page of a campaign. */
export async function renderCampaign(ctx: Context<MerchantState>, campaign: Campaign): Promise<void> {
  const { services, merchant, person, scope } = ctx.state
  const { db, clock } = services
  const now = clock.now()
  const stocks = await stocksNamed(db, merchant.id, stockIdsOf(campaign))
  const seesMembers = may(person, 'look_at_members', scope)
  const figures = (await figuresOf(services, merchant, [campaign], now)).get(campaign.id)!
  render(ctx, 'campaign', {
    campaign,
    at: campaignPaths(merchant, campaign.slug),
    kind: campaignKinds[campaign.kind],
    tag: standingTags[figures.standing],
    figures: figureWords(campaign, figures),
    sentence: readBack(campaign, stocks, now),
    promise: promiseWords(campaign, stocks),
    tickets: ticketsOf(campaign, stocks, merchant.name),
    url: memberUrl(ctx, campaign),
    mayEdit: may(person, 'edit_campaigns', scope),
    seesMembers,
    waiting: await waitingOf(ctx, campaign, now),
    grants: seesMembers
      ? (await latestGrants(db, campaign, grantsShown)).map((one) => grantRow(one, merchant.slug))
      : [],
    history: await historyEvents(db, campaign, deedsShown),
    said: typeof ctx.query.done === 'string' ? done[ctx.query.done] : undefined,
  })
}

async function waitingOf({ state }: Context<MerchantState>, campaign: Campaign, now: Date) {
  const change = await waitingChange(state.services.db, campaign, now)
  return change && { ...change, href: paths.proposal.replace(':proposal', String(change.id)) }
}

function grantRow({ id, openid, at, sent, owed, refused }: LatestGrant, slug: string) {
  const tag: Tag =
    owed > 0
      ? { state: 'wait', text: `待发 ${owed} 张` }
      : refused > 0
        ? { state: 'bad', text: `拒绝 ${refused} 张` }
        : { state: 'good', text: `已发 ${sent} 张` }
  // The page of one grant (docs/operator/console.md).
  return { at, member: maskedOpenid(openid), tag, href: `/console/m/${slug}/grants/${id}` }
}
