import { isBlocked } from '../../members/blocked.ts'
import { Refusal } from '../../refusal.ts'
import type { Context } from '../shell/context.ts'
import type { BrowserState } from './browser.ts'
import { endSession } from './session.ts'

/**
 * Turns away a member whom the merchant keeps out: ends the session of this browser, and throws a refusal, whose page
 * has no way to log in. Does nothing for all others.
 */
export async function keepOut(ctx: Context<BrowserState>, openid: string): Promise<void> {
  const { services, merchant } = ctx.state
  if (!(await isBlocked(services, { merchantId: merchant.id, openid }))) return
  endSession(ctx)
  throw new Refusal('not_eligible', { status: 403, message: '您暂时不能参加本店活动，如有疑问请联系商家' })
}
