import { randomBytes, sign, verify, X509Certificate } from 'node:crypto'
import { accountOf } from '../../sandbox/merchant-file.ts'
import type { World } from '../../sandbox/world.ts'

export type PayAnswer = { status: number; text: string; body: Record<string, unknown>; headers: Headers }

export type PayCallOptions = {
  method?: 'GET' | 'POST'
  mchid?: string
  body?: unknown
  rawBody?: string | Uint8Array<ArrayBuffer>
  /** What is signed instead of the body. */
  signed?: string
  serialNo?: string
  wanted?: string
  timestamp?: number
  headers?: Record<string, string>
}

/** A merchant's own small caller, made from nothing but node:crypto, so that the sandbox isn't checked by our client. */
export async function payCall(
  url: string,
  world: World,
  path: string,
  options: PayCallOptions = {},
): Promise<PayAnswer> {
  const account = accountOf(world, options.mchid ?? world.merchants[0]!.mchids[0]!)
  const key = account.certificates.at(-1)!
  const method = options.method ?? (options.body || options.rawBody ? 'POST' : 'GET')
  const body = options.rawBody ?? (options.body === undefined ? '' : JSON.stringify(options.body))
  const timestamp = options.timestamp ?? Math.floor(Date.now() / 1000)
  const nonce = randomBytes(16).toString('hex')
  const message = `${method}\n${path}\n${timestamp}\n${nonce}\n${options.signed ?? String(body)}\n`
  const signature = sign('RSA-SHA256', Buffer.from(message), key.privateKey).toString('base64')
  const response = await fetch(url + path, {
    method,
    headers: {
      Accept: 'application/json',
      'User-Agent': 'paycoupon-test',
      ...(method === 'POST' && { 'Content-Type': 'application/json' }),
      ...(options.wanted && { 'Wechatpay-Serial': options.wanted }),
      Authorization:
        `WECHATPAY2-SHA256-RSA2048 mchid="${account.mchid}",nonce_str="${nonce}",timestamp="${timestamp}",` +
        `serial_no="${options.serialNo ?? key.serialNo}",signature="${signature}"`,
      ...options.headers,
    },
    ...(method === 'POST' && { body }),
  })
  const text = await response.text()
  return { status: response.status, text, body: parsed(text), headers: response.headers }
}

/** Whether an answer's or a notification's signature is right under the key that its serial names. */
export function isProven(world: World, headers: Headers, text: string): boolean {
  const serial = headers.get('wechatpay-serial')
  const certificate = world.platform.certificates.find((each) => each.serialNo === serial)
  const key =
    serial === world.platform.publicKeyId
      ? world.platform.publicKey
      : certificate && new X509Certificate(certificate.certificate).publicKey
  if (!key) return false
  const message = `${headers.get('wechatpay-timestamp')}\n${headers.get('wechatpay-nonce')}\n${text}\n`
  return verify(
    'RSA-SHA256',
    Buffer.from(message),
    key,
    Buffer.from(headers.get('wechatpay-signature') ?? '', 'base64'),
  )
}

/** The body of a send of the demo merchant's claim stock. */
export function sendBody(world: World, outRequestNo: string, change: object = {}): object {
  const merchant = world.merchants[0]!
  return {
    stock_id: merchant.campaigns.link.stockId,
    out_request_no: outRequestNo,
    appid: merchant.officialAccount.appid,
    stock_creator_mchid: merchant.mchids[1]!,
    ...change,
  }
}

export function sendPath(openid: string): string {
  return `/v3/marketing/favor/users/${encodeURIComponent(openid)}/coupons`
}

function parsed(text: string): Record<string, unknown> {
  try {
    return (JSON.parse(text) as Record<string, unknown> | null) ?? {}
  } catch {
    return {}
  }
}
