import { memberView } from '../member-views/views.ts'
import type { MerchantState } from '../middleware/merchant.ts'
import type { Context, State } from '../shell/context.ts'
import type { SessionMember } from './state.ts'
import { signedForWeChat } from './wechat-script.ts'

type Rendering = Context<State & Partial<MerchantState> & { member?: SessionMember | undefined }>

/**
 * Answers with the page `view` of views/member, with the merchant's name if the address names a merchant. A member's own
 * page cannot be shared from WeChat's menu, where WeChat's script can be loaded.
 */
export function render(ctx: Rendering, view: string, data: object): void {
  const { nonce, merchant, member, services } = ctx.state
  const wechat = member ? signedForWeChat(ctx) : ''
  ctx.type = 'html'
  ctx.body = memberView(view, { nonce, merchant, wechat, sdk: services.config.pageScriptUrl, ...data })
}
