import type { MerchantState } from '../middleware/merchant.ts'
import type { Context } from '../shell/context.ts'
import { type ClaimIntent, readLoginBook, writeLoginBook } from './login-book.ts'

/** After a longer time the member has forgotten that they tapped. */
const intentMs = 5 * 60_000

/**
 * The claim that this browser asked for in `campaign` (its slug) before its member was known (`startLogin`); only once,
 * and at most 5 minutes old. No other site can make one: it is set only after a checked form, in a cookie that we
 * signed.
 */
export function takeIntent(ctx: Context<MerchantState>, campaign: string): ClaimIntent | undefined {
  const { logins, intent } = readLoginBook(ctx)
  if (intent?.campaign !== campaign) return undefined
  writeLoginBook(ctx, { logins })
  const ageMs = ctx.state.services.clock.now().getTime() - intent.atMs
  return ageMs <= intentMs ? { campaign, claimKey: intent.claimKey } : undefined
}
