import type { ClaimAnswer } from '../../../claims/claim-answer.ts'
import { claimsTotal } from '../../../plumbing/telemetry/metrics.ts'
import { wantsJson } from '../../shell/accepts.ts'
import type { Context } from '../../shell/context.ts'
import type { CampaignState } from '../state.ts'
import { urls } from '../../member-views/urls.ts'
import { claimJson } from './claim-json.ts'

/**
 * A program gets the answer as JSON; a person gets the grant's page or, when nothing was granted, the campaign's page
 * with the reason.
 */
export function answerClaim(ctx: Context<CampaignState>, claimed: ClaimAnswer): void {
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

/** The browser continues at `url` with GET, so a reload there repeats nothing. */
export function seeOther(ctx: Context, url: string): void {
  ctx.status = 303
  ctx.set('Location', url)
  ctx.body = ''
}

function outcomeOf({ status, reason }: ClaimAnswer): string {
  return status === 'refused' && reason ? reason : status
}
