import { verify } from 'node:crypto'
import { brandOf } from '../wallet/products.ts'
import type { Incoming } from '../http.ts'
import type { SandboxState } from '../state.ts'
import type { KeyedCertificate } from '../certificate.ts'
import type { WorldAccount } from '../world.ts'
import { signedText } from './multipart.ts'
import { refusals, type RefusalRow } from './refusals.ts'

/** Every call of API v3 needs the key, also those that encrypt nothing (docs/wechat/pay-v3.md 1.7). */
const apiV3KeyMissing: RefusalRow = { ...refusals.sign_error, message: '商户未设置加密的密钥，请先设置APIv3密钥' }

export type Verified = { account: WorldAccount; serialNo: string } | { refused: RefusalRow; mchid?: string }

/** WeChat's window for a request's timestamp, in both directions (docs/wechat/pay-v3.md 1.3). */
const timestampWindowSeconds = 300
const scheme = 'WECHATPAY2-SHA256-RSA2048 '
const brandScheme = 'WECHATPAY-BRAND-SHA256-RSA2048 '
/** How much of the signed message WeChat shows in a 401; it cuts the rest. */
const shownMessageLength = 500

/** Checks a request as WeChat does: headers, scheme, merchant number, serial, clock, signature, in that order. */
export function verifyRequest(state: SandboxState, request: Incoming): Verified {
  const { headers } = request
  if (!headers['user-agent'] || !headers.accept) {
    return { refused: { status: 400, code: 'PARAM_ERROR', message: 'Http头缺少Accept或User-Agent' } }
  }
  const isBrand = request.path.startsWith('/brand/')
  const values = parseAuthorization(headers.authorization ?? '', isBrand)
  if (!values) {
    const message = 'Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》'
    return { refused: { ...refusals.sign_error, message } }
  }
  const account = isBrand
    ? brandOf(state, values.mchid)
    : state.world.accounts.find((each) => each.mchid === values.mchid)
  if (!account) return { refused: refusals.mch_not_exists }
  // A brand names the key with which WeChat is to answer, in every call (docs/wechat/member-cards.md 3).
  if (isBrand && headers['wechatpay-serial'] !== state.world.platform.publicKeyId)
    return { refused: { ...refusals.sign_error, message: 'Wechatpay-Serial 与品牌不匹配' }, mchid: account.mchid }
  const key = account.certificates.find((each) => each.serialNo === values.serial_no)
  if (!key) return { refused: refusals.serial_wrong, mchid: account.mchid }
  const now = state.clock.now().getTime()
  if (new Date(key.endsAt).getTime() <= now) return { refused: refusals.certificate_expired, mchid: account.mchid }
  if (!/^\d{10}$/.test(values.timestamp) || Math.abs(now / 1000 - Number(values.timestamp)) > timestampWindowSeconds) {
    return { refused: refusals.request_expired, mchid: account.mchid }
  }
  const message = `${request.method}\n${request.target}\n${values.timestamp}\n${values.nonce_str}\n${signedText(request)}\n`
  if (isSignedBy(state, key, message, values.signature)) {
    return account.apiV3Key ? { account, serialNo: key.serialNo } : { refused: apiV3KeyMissing, mchid: account.mchid }
  }
  return { refused: signatureRefusal(request, message, values.signature), mchid: account.mchid }
}

type AuthorizationValues = Record<'mchid' | 'nonce_str' | 'timestamp' | 'serial_no' | 'signature', string>

function parseAuthorization(header: string, isBrand: boolean): AuthorizationValues | undefined {
  const wanted = isBrand ? brandScheme : scheme
  if (!header.startsWith(wanted)) return undefined
  const values: Record<string, string> = {}
  for (const [, name, value] of header.slice(wanted.length).matchAll(/(\w+)="([^"]*)"/g)) values[name!] = value!
  if (isBrand) values.mchid = values.brand_id ?? ''
  const names = ['mchid', 'nonce_str', 'timestamp', 'serial_no', 'signature']
  return names.every((name) => values[name]) ? (values as AuthorizationValues) : undefined
}

function isSignedBy(state: SandboxState, key: KeyedCertificate, message: string, signature: string): boolean {
  const publicKey = state.publicKey(key.certificate)
  return verify('RSA-SHA256', Buffer.from(message), publicKey, Buffer.from(signature, 'base64'))
}

function signatureRefusal(request: Incoming, message: string, signature: string): RefusalRow {
  return {
    ...refusals.sign_error,
    detail: {
      field: 'signature',
      value: signature,
      issue: 'sign not match',
      location: 'authorization',
      sign_information: {
        method: request.method,
        url: request.target,
        truncated_sign_message: message.slice(0, shownMessageLength),
        sign_message_length: Buffer.byteLength(message),
      },
    },
  }
}
