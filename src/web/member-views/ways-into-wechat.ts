import QRCode from 'qrcode'

/** A longer address makes a QR code too dense for a phone camera; then only the link is shown. */
const longestQrUrl = 200
/** What a scanned address keeps of its query: WeChat hangs everything else to it anew, or nobody needs it. */
const namesOfOrders = ['out_trade_no', 'transaction_id']

/** What a page shows to a person outside WeChat; `phoneUrl` opens the address in the sandbox's phone. */
export async function waysIntoWeChat(
  config: { sandbox: { on: boolean }; wechat: { openUrl: string } },
  url: string,
): Promise<{ url: string; qr: string | undefined; phoneUrl: string | undefined }> {
  const phoneUrl = config.sandbox.on
    ? `${config.wechat.openUrl}/sandbox/open?url=${encodeURIComponent(url)}`
    : undefined
  return { url, qr: await qrCode(scannedAddress(url)), phoneUrl }
}

function scannedAddress(url: string): string {
  const { origin, pathname, searchParams } = new URL(url)
  const kept = namesOfOrders.flatMap((name) => [...searchParams.entries()].filter(([given]) => given === name))
  return origin + pathname + (kept.length > 0 ? `?${new URLSearchParams(kept)}` : '')
}

/**
 * Undefined for an address that is too long. Anybody can have one drawn, of any order number: the mask is given, since
 * to choose the best of eight costs five times as much and no camera needs it.
 */
async function qrCode(url: string): Promise<string | undefined> {
  if (url.length > longestQrUrl) return undefined
  return await QRCode.toString(url, { type: 'svg', margin: 1, errorCorrectionLevel: 'M', maskPattern: 2 })
}
