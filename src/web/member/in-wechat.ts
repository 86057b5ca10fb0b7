import type { Context } from '../shell/context.ts'

/**
 * True when the browser says that it is WeChat's. A hint for what to show, never an access check: any client can say
 * so. WeCom says MicroMessenger too, but its members have no openid here (docs/wechat/official-account.md 1.8). The
 * sandbox's phone, an ordinary browser, sends a cookie instead.
 */
export function isInWeChat(ctx: Context): boolean {
  const agent = ctx.headers['user-agent'] ?? ''
  if (/micromessenger/i.test(agent) && !/wxwork/i.test(agent)) return true
  return ctx.state.services.config.sandbox.on && ctx.cookies.get('sandbox_wechat', { signed: false }) === '1'
}
