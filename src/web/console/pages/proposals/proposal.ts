import { campaignChange, type CampaignChange } from '../../../../campaigns/by-staff/money.ts'
import { CampaignConflict } from '../../../../campaigns/by-staff/conflict.ts'
import { UnusableCampaign } from '../../../../campaigns/faults.ts'
import { approveChange } from '../../../../doctor/campaign-check/guarded.ts'
import type { Merchant } from '../../../../merchants/merchant.ts'
import { findProposal } from '../../../../operators/proposals/find.ts'
import { reject } from '../../../../operators/proposals/decide.ts'
import { Declined } from '../../../../operators/rights/declined.ts'
import type { Context, Handler } from '../../../shell/context.ts'
import { orAgain } from '../../again.ts'
import { goTo } from '../../enter.ts'
import { consolePaths as paths } from '../../paths.ts'
import type { Filled, PersonState } from '../../state.ts'
import { takeCode } from '../../take-code.ts'
import { type Found, renderProposal } from './proposal-view.ts'

const reasonAtMost = 200

/** `GET /console/proposals/{number}`: what would change, and who may decide. */
export const show: Handler<PersonState> = async (ctx) => renderProposal(ctx, await foundOf(ctx))

/** 批准, 驳回, 撤回. */
export const send: Handler<PersonState & Filled> = async (ctx) => {
  const found = await foundOf(ctx)
  const deed = ctx.state.form.get('do')
  if (deed !== 'approve' && deed !== 'reject' && deed !== 'withdraw') return ctx.throw(422)
  await orAgain(
    () => orProblem(ctx, found, () => (deed === 'approve' ? approved(ctx, found) : declined(ctx, found, deed))),
    (errors) => renderProposal(ctx, found, { errors }),
  )
}

async function approved(ctx: Context<PersonState & Filled>, { proposal, merchant, payload }: Found): Promise<string> {
  await takeCode(ctx)
  await approveChange(ctx.state.services, ctx.state.person, { merchant, id: proposal.id, payload })
  return 'approved'
}

async function declined(
  ctx: Context<PersonState & Filled>,
  { proposal, merchant }: Found,
  deed: 'reject' | 'withdraw',
): Promise<string> {
  const { services, person, form } = ctx.state
  const reason = deed === 'withdraw' ? '申请人撤回' : (form.get('reason') ?? '').trim()
  if (reason === '' || reason.length > reasonAtMost) throw new Declined('reason_wrong')
  await reject(services, person, campaignChange(services, merchant), { id: proposal.id, reason })
  return deed
}

/** Does it and shows the proposal with what happened, or why nothing did. */
async function orProblem(ctx: Context<PersonState>, found: Found, deed: () => Promise<string>): Promise<void> {
  try {
    const done = await deed()
    goTo(ctx, `${paths.proposal.replace(':proposal', String(found.proposal.id))}?done=${done}`)
  } catch (error) {
    const problem = problemOf(error)
    if (problem === undefined) throw error
    await renderProposal(ctx, found, { problem })
  }
}

/** What has changed since it was asked; nothing was done. */
function problemOf(error: unknown): string | undefined {
  if (error instanceof UnusableCampaign) return error.found.map(({ chinese }) => chinese).join('；')
  if (error instanceof CampaignConflict) return new Declined('proposal_stale').chinese
  const isLate = error instanceof Declined && error.status === 409
  return isLate ? error.chinese : undefined
}

async function foundOf(ctx: Context<PersonState>): Promise<Found> {
  const { services, person } = ctx.state
  const { proposal: text = '' } = ctx.params
  if (!/^\d{1,15}$/.test(text)) return ctx.throw(404)
  const proposal = await findProposal(services.db, person, Number(text), services.clock.now())
  const merchant = await services.catalog.merchantById(proposal.merchant_id ?? 0)
  if (!merchant || proposal.act !== 'campaign_change') return ctx.throw(404)
  return { proposal, merchant: merchant satisfies Merchant, payload: JSON.parse(proposal.payload) as CampaignChange }
}
