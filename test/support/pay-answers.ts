import { Formatter, Rsa } from 'wechatpay-axios-plugin'
import { merchant, type PlatformKey } from './pay-parties.ts'
import type { Call, Said } from './scripted-host.ts'

export type Signing = {
  timestamp?: string | number
  nonce?: string
  signature?: string
  serial?: string
  type?: string
}

/** WeChat's signature headers over a body, made by the other implementation. */
export function signedHeaders(platform: PlatformKey, body: string, over: Signing = {}): Record<string, string> {
  const timestamp = String(over.timestamp ?? Formatter.timestamp())
  const nonce = over.nonce ?? Formatter.nonce()
  return {
    'Wechatpay-Timestamp': timestamp,
    'Wechatpay-Nonce': nonce,
    'Wechatpay-Serial': over.serial ?? platform.serial,
    'Wechatpay-Signature':
      over.signature ?? Rsa.sign(Formatter.response(timestamp, nonce, body), platform.keys.privateKey),
    ...(over.type === undefined ? {} : { 'Wechatpay-Signature-Type': over.type }),
  }
}

/** A signed JSON body. */
export function signed(
  platform: PlatformKey,
  body: unknown,
  options: Signing & { status?: number; requestId?: string } = {},
): Said {
  return {
    status: options.status ?? 200,
    body,
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      'Request-ID': options.requestId ?? '08E7CA050A0B9C06-0',
    },
    signature: (text) => signedHeaders(platform, text, options),
  }
}

/** An answer without a signature, as WeChat's gateways give them. */
export function unsigned(status: number, body: string, headers: Record<string, string> = {}): Said {
  return { status, body, headers }
}

/** What WeChat does with a call of the merchant: takes the header apart and verifies it, here with the other implementation. */
export function signatureHolds(request: Call): boolean {
  const [, scheme, list] = /^(\S+) (.*)$/.exec(request.headers.authorization ?? '') ?? []
  const parts = Object.fromEntries(list!.split(',').map((pair) => /^(\w+)="(.*)"$/.exec(pair)!.slice(1)))
  const message = Formatter.request(request.method, request.url, parts.timestamp, parts.nonce_str, request.body)
  return (
    scheme === 'WECHATPAY2-SHA256-RSA2048' &&
    parts.mchid === merchant.mchid &&
    parts.serial_no === merchant.serialNo &&
    Rsa.verify(message, parts.signature, merchant.keys.publicKey)
  )
}
