import type { Context } from '../shell/context.ts'
import { dropBound, readBound, writeBound } from './bound-cookies.ts'
import type { BrowserState } from './browser.ts'
import { urls } from '../member-views/urls.ts'

/** A claim that a member asked for before the login, to be made after it. */
export type ClaimIntent = { campaign: string; claimKey: string }

/** After a longer time the member has forgotten that they tapped. */
const intentMs = 5 * 60_000

/** Remembers in this browser what its checked form asked for. */
export function keepIntent(ctx: Context<BrowserState>, { campaign, claimKey }: ClaimIntent): void {
  const text = `${claimKey}.${ctx.state.services.clock.now().getTime().toString(36)}`
  writeBound(ctx, nameOf(campaign), text, { paths: [pathOf(ctx, campaign)], maxAgeMs: intentMs })
}

/**
 * The claim that this browser asked for in `campaign` (its slug) before its member was known (`startLogin`); only once,
 * and at most 5 minutes old. No other site can make one: it is set only after a checked form, in a cookie that we
 * signed.
 */
export function takeIntent(ctx: Context<BrowserState>, campaign: string): ClaimIntent | undefined {
  const [claimKey, at] = readBound(ctx, nameOf(campaign))?.split('.') ?? []
  if (!claimKey || !at) return undefined
  dropBound(ctx, nameOf(campaign), pathOf(ctx, campaign))
  const ageMs = ctx.state.services.clock.now().getTime() - parseInt(at, 36)
  return ageMs <= intentMs ? { campaign, claimKey } : undefined
}

/** The signature covers the name, so an intent is of one campaign. */
function nameOf(campaign: string): string {
  return `pc_claim_${campaign}`
}

/** Only the address that makes the claim needs it. */
function pathOf(ctx: Context<BrowserState>, campaign: string): string {
  return urls.claimsResume(ctx.state.merchant.slug, campaign)
}
