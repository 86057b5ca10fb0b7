import type { RouteTable } from '../shell/route-table.ts'
import { allowed, allowedHere } from './middleware/allowed.ts'
import { form, longForm } from './middleware/form.ts'
import { merchantOf } from './middleware/merchant-of.ts'
import { signedIn } from './middleware/signed-in.ts'
import * as copy from './pages/campaigns/copy.ts'
import * as deeds from './pages/campaigns/deeds.ts'
import * as edit from './pages/campaigns/edit.ts'
import * as campaigns from './pages/campaigns/list.ts'
import * as added from './pages/campaigns/new.ts'
import * as campaign from './pages/campaigns/page.ts'
import * as publish from './pages/campaigns/publish.ts'
import * as proposals from './pages/proposals/list.ts'
import * as proposal from './pages/proposals/proposal.ts'
import { consolePaths as paths } from './paths.ts'

/** 营销中心 · 活动管理 of one merchant, and 申请与批准 of all. */
export function addCampaignRoutes({ get, post }: Pick<RouteTable, 'get' | 'post'>): void {
  const editor = allowedHere('edit_campaigns')
  get(paths.campaigns, signedIn, merchantOf, campaigns.show)
  get(paths.campaignNew, signedIn, merchantOf, editor, added.show)
  post(paths.campaignNew, signedIn, longForm, merchantOf, editor, added.send)
  get(paths.campaign, signedIn, merchantOf, campaign.show)
  get(paths.campaignEdit, signedIn, merchantOf, editor, edit.show)
  post(paths.campaignEdit, signedIn, longForm, merchantOf, editor, edit.send)
  get(paths.campaignPublish, signedIn, merchantOf, editor, publish.show)
  post(paths.campaignPublish, signedIn, form, merchantOf, editor, publish.send)
  post(paths.campaignState, signedIn, form, merchantOf, editor, deeds.changeState)
  get(paths.campaignCopy, signedIn, merchantOf, editor, copy.show)
  post(paths.campaignCopy, signedIn, form, merchantOf, editor, copy.send)
  get(paths.campaignFile, signedIn, merchantOf, deeds.file)
  get(paths.campaignCode, signedIn, merchantOf, deeds.code)

  const asker = allowed('ask_for_money')
  get(paths.proposals, signedIn, asker, proposals.show)
  get(paths.proposal, signedIn, asker, proposal.show)
  post(paths.proposal, signedIn, form, asker, proposal.send)
}
