import type { MerchantState } from '../../middleware/merchant.ts'
import type { Context } from '../../shell/context.ts'
import { render } from '../render.ts'

/**
 * The browser shows WeChat's snapshot of a page, with a member whom WeChat made up: nothing is given until the person
 * taps 使用完整服务 (docs/wechat/official-account.md 1.2). `target` is the relative address to try again.
 */
export function renderSnapshot(ctx: Context<MerchantState>, target: string): void {
  render(ctx, 'snapshot', { target })
}
