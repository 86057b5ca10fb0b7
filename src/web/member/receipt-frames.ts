import type { Config } from '../../plumbing/config/config.ts'

/** The page after a payment in WeChat (docs/wechat/gold-plan.md 1). */
const payApp = 'https://payapp.weixin.qq.com'

/** The origins that may hold a receipt in a frame: WeChat's, and where the sandbox runs its phone, which plays it. */
export function receiptFrames({ sandbox, wechat }: Config): string[] {
  return sandbox.on ? [new URL(wechat.openUrl).origin, payApp] : [payApp]
}
