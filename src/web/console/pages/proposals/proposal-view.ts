import { differencesOf } from '../../../../campaigns/differences.ts'
import type { CampaignChange } from '../../../../campaigns/by-staff/money.ts'
import { needsAnother } from '../../../../campaigns/by-staff/money.ts'
import { readCampaignFile } from '../../../../campaigns/campaign-file.ts'
import { promiseWords } from '../../../../campaigns/promise.ts'
import { readBack } from '../../../../campaigns/read-back.ts'
import { rulesOf, stockIdsOf } from '../../../../campaigns/rules-of.ts'
import { stocksNamed } from '../../../../campaigns/stocks-named.ts'
import { checkCampaignFile } from '../../../../doctor/campaign-check/check-file.ts'
import type { Merchant } from '../../../../merchants/merchant.ts'
import type { findProposal } from '../../../../operators/proposals/find.ts'
import { codeIsFresh } from '../../../../operators/rights/guard.ts'
import { may } from '../../../../operators/rights/person.ts'
import { ofMerchant } from '../../../../operators/rights/scope.ts'
import type { Context } from '../../../shell/context.ts'
import { consolePaths as paths } from '../../paths.ts'
import { type FieldError, render } from '../../render.ts'
import type { PersonState } from '../../state.ts'
import { campaignPaths } from '../campaigns/named-campaign.ts'
import { stateTag } from './words.ts'

/** A proposal with what was frozen in it. */
export type Found = {
  proposal: Awaited<ReturnType<typeof findProposal>>
  merchant: Merchant
  payload: CampaignChange
}

const done: Record<string, string> = {
  approved: '已批准，修改已经生效',
  reject: '已驳回，什么都没有改',
  withdraw: '已撤回，什么都没有改',
}

/** The page of a proposal; `problem`: why what was asked was not done. */
export async function renderProposal(
  ctx: Context<PersonState>,
  { proposal, merchant, payload }: Found,
  { errors = [], problem }: { errors?: FieldError[]; problem?: string } = {},
): Promise<void> {
  const { services, person } = ctx.state
  const [before, after] = [payload.before, payload.file].map((file) => rulesOf(readCampaignFile(file)))
  const ids = [...new Set([...stockIdsOf(before!), ...stockIdsOf(after!)])]
  const stocks = await stocksNamed(services.db, merchant.id, ids)
  const isOpen = proposal.state === 'asked'
  const isOwn = proposal.asked_by === person.operatorId
  const mayApprove = may(person, 'approve_money', ofMerchant(merchant.id))
  const waitsForAnother = isOwn && (await needsAnother(services.db, person, merchant))
  const data = {
    proposal,
    merchant,
    at: campaignPaths(merchant, payload.slug),
    list: paths.proposals,
    address: paths.proposal.replace(':proposal', String(proposal.id)),
    tag: stateTag(proposal),
    changes: differencesOf(before!, after!, stocks),
    sentence: readBack(after!, stocks, services.clock.now()),
    promise: promiseWords(after!, stocks),
    findings: isOpen ? await checkCampaignFile(services, merchant, readCampaignFile(payload.file)) : [],
    mayApprove: isOpen && mayApprove && !waitsForAnother,
    mayReject: isOpen && mayApprove && !isOwn,
    mayWithdraw: isOpen && isOwn,
    wantsCode: !codeIsFresh(person, services.clock),
    said: typeof ctx.query.done === 'string' ? done[ctx.query.done] : undefined,
    problem,
    errors,
  }
  render(ctx, 'proposal', data, problem === undefined ? undefined : 409)
}
