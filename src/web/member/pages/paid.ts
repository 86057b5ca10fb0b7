import { type Reward, rewardFor } from '../../../payments/reward.ts'
import { memberReasons, Refusal } from '../../../refusal.ts'
import type { MerchantState } from '../../middleware/merchant.ts'
import type { Context } from '../../shell/context.ts'
import { yuan } from '../../shell/format.ts'
import type { MemberState } from '../state.ts'
import { urls } from '../urls.ts'
import { render } from '../render.ts'
import { grantView } from './grant-view.ts'
import { paymentRefreshSeconds } from './refresh.ts'

/** `GET /m/{merchant}/paid?out_trade_no=…` or `transaction_id=…`: what a payment has brought its payer. */
export async function show(ctx: Context<MemberState>): Promise<void> {
  const { services, merchant, member } = ctx.state
  showReward(ctx, await rewardFor(services, merchant, member.openid, ctx.query))
}

function showReward(ctx: Context<MerchantState>, reward: Reward): void {
  switch (reward.kind) {
    case 'granted':
      return showGranted(ctx, reward)
    case 'nothing':
      return showNothing(ctx, reward)
    case 'not_paid':
    case 'later':
      return render(ctx, 'paid-waiting', { kind: reward.kind, refreshSeconds: paymentRefreshSeconds })
    case 'unknown_order':
      return render(ctx, 'paid-unknown', {})
    case 'not_yours':
      throw new Refusal('not_yours', { status: 404 })
  }
}

function showGranted(ctx: Context<MerchantState>, { grants }: Extract<Reward, { kind: 'granted' }>): void {
  const { services, merchant } = ctx.state
  const shown = grants.map((grant) => grantView(merchant, grant, services.clock.now()))
  render(ctx, 'paid-granted', { grants: shown, next: shown.find((grant) => grant.pending) })
}

function showNothing(ctx: Context<MerchantState>, { reason, detail }: Extract<Reward, { kind: 'nothing' }>): void {
  const { merchant } = ctx.state
  const { campaign, missing, unit, usedOurCoupon } = detail
  render(ctx, 'paid-nothing', {
    reason: reason === 'not_eligible' ? undefined : memberReasons[reason],
    usedOurCoupon,
    missing: missing !== undefined && unit === 'fen' ? yuan(missing) : missing,
    unit,
    campaign: campaign && { title: campaign.title, url: urls.campaign(merchant.slug, campaign.slug) },
  })
}
