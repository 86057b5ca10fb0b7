import type { MerchantState } from '../../middleware/merchant.ts'
import type { Context } from '../../shell/context.ts'
import { waysIntoWeChat } from '../../member-views/ways-into-wechat.ts'
import { render } from '../render.ts'

/**
 * Outside WeChat: the relative address `target` as a link and a QR code to open in WeChat
 * (docs/wechat/official-account.md 1.8).
 */
export async function renderNotInWeChat(ctx: Context<MerchantState>, target: string = ctx.url): Promise<void> {
  const { config } = ctx.state.services
  const url = config.publicUrl + target
  render(ctx, 'not-in-wechat', await waysIntoWeChat(config, url))
}
