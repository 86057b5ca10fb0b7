import { claim } from '../../../claims/claim.ts'
import type { Context } from '../../shell/context.ts'
import { randomText } from '../../shell/random.ts'
import { takeIntent } from '../claim-intent.ts'
import { startLogin } from '../login.ts'
import type { FormState, VisitState } from '../state.ts'
import { urls } from '../../member-views/urls.ts'
import { answerClaim, seeOther } from './claim-answer.ts'

/**
 * `POST /m/{merchant}/c/{campaign}/claims`. A browser without a session is sent through the login and comes back to
 * `resume`.
 */
export async function create(ctx: Context<VisitState & FormState>): Promise<void> {
  const { services, merchant, campaign, member, form } = ctx.state
  const claimKey = claimKeyOf(form)
  if (!member) return await loginFirst(ctx, claimKey)
  answerClaim(ctx, await claim(services, { merchant, campaign, openid: member.openid, claimKey }))
}

/**
 * `GET /m/{merchant}/c/{campaign}/claims/resume`, right after the login: makes the claim that this browser's own form
 * asked for, once. Without such a form it only leads to the campaign: an address alone claims nothing.
 */
export async function resume(ctx: Context<VisitState>): Promise<void> {
  const { services, merchant, campaign, member } = ctx.state
  const intent = member && takeIntent(ctx, campaign.slug)
  if (!intent) return seeOther(ctx, urls.campaign(merchant.slug, campaign.slug))
  answerClaim(ctx, await claim(services, { merchant, campaign, openid: member.openid, claimKey: intent.claimKey }))
}

async function loginFirst(ctx: Context<VisitState>, claimKey: string): Promise<void> {
  const { merchant, campaign } = ctx.state
  await startLogin(ctx, urls.campaign(merchant.slug, campaign.slug), { claim: { campaign: campaign.slug, claimKey } })
}

const claimKeyShape = /^[A-Za-z0-9_-]{8,64}$/

/** The key that the form contained; a program that sends none makes a new claim each time. */
function claimKeyOf(form: URLSearchParams): string {
  const key = form.get('claim_key') ?? ''
  return claimKeyShape.test(key) ? key : randomText(16)
}
