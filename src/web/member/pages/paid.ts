import { type Reward, rewardFor } from '../../../payments/reward.ts'
import type { Context } from '../../shell/context.ts'
import { openReceiptToken } from '../receipt-token.ts'
import { render } from '../render.ts'
import type { MemberState } from '../state.ts'
import { cardInvitation, grantedView, nothingView } from './paid-view.ts'
import { paymentRefreshSeconds } from './refresh.ts'

/**
 * `GET /m/{merchant}/paid?out_trade_no=…` or `transaction_id=…`, or `token=…` from a receipt: what a payment has earned
 * its payer.
 */
export async function show(ctx: Context<MemberState>): Promise<void> {
  const { services, merchant, member } = ctx.state
  const { token } = ctx.query
  if (token === undefined) return showReward(ctx, await rewardFor(services, merchant, member.openid, ctx.query))
  const transaction_id = openReceiptToken(services, merchant, token)
  if (transaction_id === undefined) return showStale(ctx)
  await showReward(ctx, await rewardFor(services, merchant, member.openid, { transaction_id }))
}

async function showReward(ctx: Context<MemberState>, reward: Reward): Promise<void> {
  const { services, merchant } = ctx.state
  switch (reward.kind) {
    case 'granted':
      return render(ctx, 'paid-granted', grantedView(merchant, reward, services.clock.now()))
    case 'nothing':
      return render(ctx, 'paid-nothing', { ...nothingView(merchant, reward), card: await cardInvitation(ctx.state) })
    case 'not_paid':
    case 'later':
      return render(ctx, 'paid-waiting', { kind: reward.kind, refreshSeconds: paymentRefreshSeconds(ctx) })
    case 'unknown_order':
      return render(ctx, 'paid-unknown', {})
  }
}

/** It is over, or was not ours: the other ways to the page are open. */
function showStale(ctx: Context<MemberState>): void {
  ctx.status = 410
  render(ctx, 'paid-stale', {})
}
