import { jsTicketOf } from '../../merchants/js-ticket.ts'
import { pageSignature } from '../../wechat/official/js-ticket.ts'
import type { MerchantState } from '../middleware/merchant.ts'
import type { Context, State } from '../shell/context.ts'
import { randomText } from '../shell/random.ts'
import { isInWeChat } from './in-wechat.ts'

/**
 * What this page's `wx.config` needs, as `appid.timestamp.nonce.signature`; empty where WeChat's script is not loaded:
 * outside WeChat, for a merchant without JS接口安全域名, and until the ticket has come. Only addresses of ours are ever
 * signed, as the browser shows them (docs/wechat/official-account.md 3.1).
 */
export function signedForWeChat(ctx: Context<State & Partial<MerchantState>>): string {
  const { services, merchant } = ctx.state
  const { pageScriptUrl, publicUrl } = services.config
  if (pageScriptUrl === undefined || !merchant?.pageScript || ctx.method !== 'GET' || !isInWeChat(ctx)) return ''
  const ticket = jsTicketOf(services, merchant)
  if (!ticket) return ''
  const timestamp = Math.floor(services.clock.now().getTime() / 1_000)
  const nonce = randomText(8, 'hex')
  const signature = pageSignature(ticket, { nonce, timestamp, url: publicUrl + ctx.originalUrl })
  return `${merchant.officialAccount.appid}.${timestamp}.${nonce}.${signature}`
}
