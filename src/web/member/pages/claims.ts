import { claim } from '../../../claims/claim.ts'
import type { ClaimAnswer } from '../../../claims/claim-answer.ts'
import { claimsTotal } from '../../../plumbing/telemetry/metrics.ts'
import { wantsJson } from '../../shell/accepts.ts'
import type { Context } from '../../shell/context.ts'
import { takeIntent } from '../claim-intent.ts'
import { startLogin } from '../login.ts'
import { urls } from '../../shell/paths.ts'
import { randomText } from '../../shell/random.ts'
import { claimJson } from './claim-json.ts'

/** `POST /m/{merchant}/c/{campaign}/claims`. Whoever is not known yet is sent through the login and comes back to `resume`. */
export async function create(ctx: Context): Promise<void> {
  const { services, merchant, campaign, member, form } = ctx.state
  const claimKey = claimKeyOf(form)
  if (!member) {
    const target = urls.campaign(merchant.slug, campaign.slug)
    return await startLogin(ctx, target, { claim: { campaign: campaign.slug, claimKey } })
  }
  answer(ctx, await claim(services, { merchant, campaign, openid: member.openid, claimKey }))
}

/**
 * `GET /m/{merchant}/c/{campaign}/claims/resume`, right after the login: makes the claim that this browser's own form
 * asked for, once. Without such a wish it only leads to the campaign: an address alone claims nothing.
 */
export async function resume(ctx: Context): Promise<void> {
  const { services, merchant, campaign, member } = ctx.state
  const intent = member && takeIntent(ctx, campaign.slug)
  if (!intent) return seeOther(ctx, urls.campaign(merchant.slug, campaign.slug))
  answer(ctx, await claim(services, { merchant, campaign, openid: member.openid, claimKey: intent.claimKey }))
}

/** A program gets the answer; a person the grant's page or, where nothing was granted, the campaign's with the reason. */
function answer(ctx: Context, claimed: ClaimAnswer): void {
  const { merchant, campaign } = ctx.state
  claimsTotal.inc({ merchant: merchant.slug, outcome: outcomeOf(claimed) })
  if (wantsJson(ctx)) {
    ctx.status = claimed.reason === 'try_later' ? 503 : 200
    ctx.body = claimJson(claimed)
  } else if (claimed.grantId) {
    seeOther(ctx, urls.grant(merchant.slug, claimed.grantId))
  } else {
    seeOther(ctx, `${urls.campaign(merchant.slug, campaign.slug)}?reason=${claimed.reason}`)
  }
}

function outcomeOf({ status, reason }: ClaimAnswer): string {
  return status === 'refused' && reason ? reason : status
}

function seeOther(ctx: Context, url: string): void {
  ctx.status = 303
  ctx.set('Location', url)
  ctx.body = ''
}

const claimKeyShape = /^[A-Za-z0-9_-]{8,64}$/

/** The key that the form was made with; a program that sends none makes a new claim each time. */
function claimKeyOf(form: URLSearchParams): string {
  const key = form.get('claim_key') ?? ''
  return claimKeyShape.test(key) ? key : randomText(16)
}
