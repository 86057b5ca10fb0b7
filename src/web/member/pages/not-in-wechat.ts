import QRCode from 'qrcode'
import type { MerchantState } from '../../middleware/merchant.ts'
import type { Context } from '../../shell/context.ts'
import { render } from '../render.ts'

/** A longer address makes a QR code too dense for a phone camera; then only the link is shown. */
const longestQrUrl = 600

/**
 * Outside WeChat: the relative address `target` as a link and a QR code to open in WeChat
 * (docs/wechat/official-account.md 1.8).
 */
export async function renderNotInWeChat(ctx: Context<MerchantState>, target: string = ctx.url): Promise<void> {
  const { config } = ctx.state.services
  const url = config.publicUrl + target
  render(ctx, 'not-in-wechat', await waysIntoWeChat(config, url))
}

/** What a page shows to a person outside WeChat; `phoneUrl` opens the address in the sandbox's phone. */
export async function waysIntoWeChat(
  config: { sandbox: { on: boolean }; wechat: { openUrl: string } },
  url: string,
): Promise<{ url: string; qr: string | undefined; phoneUrl: string | undefined }> {
  const phoneUrl = config.sandbox.on
    ? `${config.wechat.openUrl}/sandbox/open?url=${encodeURIComponent(url)}`
    : undefined
  return { url, qr: url.length <= longestQrUrl ? await qrCode(url) : undefined, phoneUrl }
}

async function qrCode(url: string): Promise<string> {
  return await QRCode.toString(url, { type: 'svg', margin: 1, errorCorrectionLevel: 'M' })
}
