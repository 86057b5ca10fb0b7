import { type SandboxMerchant, type SandboxMerchantOptions, openSandboxMerchant } from './sandbox-merchant.ts'
import { startSite } from './site.ts'

export type WiredWechat = SandboxMerchant & { appUrl: string }

/** A sandbox WeChat that knows where paycoupon answers, as in production: its pushes and redirects arrive. */
export async function wireWechat(options: SandboxMerchantOptions = {}): Promise<WiredWechat> {
  const shop = await openSandboxMerchant(options)
  const site = await startSite(shop.services)
  shop.sandbox.control.settings.appUrl = site.url
  async function dispose() {
    await site[Symbol.asyncDispose]()
    await shop[Symbol.asyncDispose]()
  }
  return { ...shop, appUrl: site.url, [Symbol.asyncDispose]: dispose }
}
