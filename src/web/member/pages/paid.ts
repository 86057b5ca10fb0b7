import { type Reward, rewardFor } from '../../../payments/reward.ts'
import type { Context } from '../../shell/context.ts'
import { render } from '../render.ts'
import type { MemberState } from '../state.ts'
import { grantedView, nothingView } from './paid-view.ts'
import { paymentRefreshSeconds } from './refresh.ts'

/** `GET /m/{merchant}/paid?out_trade_no=…` or `transaction_id=…`: what a payment has earned its payer. */
export async function show(ctx: Context<MemberState>): Promise<void> {
  const { services, merchant, member } = ctx.state
  showReward(ctx, await rewardFor(services, merchant, member.openid, ctx.query))
}

function showReward(ctx: Context<MemberState>, reward: Reward): void {
  const { services, merchant } = ctx.state
  switch (reward.kind) {
    case 'granted':
      return render(ctx, 'paid-granted', grantedView(merchant, reward, services.clock.now()))
    case 'nothing':
      return render(ctx, 'paid-nothing', nothingView(merchant, reward))
    case 'not_paid':
    case 'later':
      return render(ctx, 'paid-waiting', { kind: reward.kind, refreshSeconds: paymentRefreshSeconds(ctx) })
    case 'unknown_order':
      return render(ctx, 'paid-unknown', {})
  }
}
