import type { Receipt } from '../../../receipts/receipt.ts'
import type { MerchantState } from '../../middleware/merchant.ts'
import type { Context, State } from '../../shell/context.ts'
import { receiptFrames } from '../receipt-frames.ts'
import { receiptToken } from '../receipt-token.ts'
import { render } from '../render.ts'

/** WeChat's own script for such pages (docs/wechat/gold-plan.md 3). Ours does all that is needed. */
const goldPlanScript = 'https://wx.gtimg.com/pay_h5/goldplan/js/jgoldplan-1.0.0.js'

/** Answers with a receipt that says this, and whose button leads out of the frame to the payment's page. */
export function renderReceipt(ctx: Context<MerchantState>, { says, transactionId }: Receipt): void {
  const { services, merchant } = ctx.state
  const token = receiptToken(services, merchant, transactionId)
  const jump = `${services.config.publicUrl}/m/${merchant.slug}/paid?${new URLSearchParams({ token })}`
  show(ctx, { style: 'SHOW_CUSTOM_PAGE', says, jump })
}

/** Answers with a receipt that steps aside: WeChat shows its own for this order. */
export function renderOfficial(ctx: Context<State & Partial<MerchantState>>): void {
  show(ctx, { style: 'SHOW_OFFICIAL_PAGE' })
}

function show(ctx: Context<State & Partial<MerchantState>>, data: object): void {
  const { config } = ctx.state.services
  const script = config.sandbox.on ? undefined : goldPlanScript
  render(ctx, 'receipt', { ...data, script, frames: receiptFrames(config).join(' '), height: config.receiptHeight })
}
