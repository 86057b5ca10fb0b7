import type { KeyObject } from 'node:crypto'
import { answerMessage, merchantDialect, signatureType, verifies } from './signature.ts'
import type { HeaderBag } from '../exchange.ts'

export type VerificationFault = 'headers_missing' | 'unknown_type' | 'clock' | 'unknown_serial' | 'bad_signature'

/** Whether an answer or a notification is from WeChat; `fault` is the reason not to trust it. */
export type Verdict = { ok: true } | { ok: false; fault: VerificationFault; detail: string }

/** All of WeChat's own SDKs accept a message up to this long before and after its time (docs/wechat/pay-v3.md 1.4). */
const windowSeconds = 300

/**
 * Verifies the signature headers (names in lower case) over the raw body, with the key that the message's own serial
 * names. A probe signature (`WECHATPAY/SIGNTEST/…`) fails like any other wrong one; only the detail says that it was a
 * probe.
 */
export function verify(
  headers: HeaderBag,
  body: Buffer,
  findKey: (serial: string) => KeyObject | undefined,
  now: Date,
  types: readonly string[] = merchantDialect.answerTypes,
): Verdict {
  const timestamp = headers['wechatpay-timestamp']
  const nonce = headers['wechatpay-nonce']
  const serial = headers['wechatpay-serial']
  const signature = headers['wechatpay-signature']
  const type = headers['wechatpay-signature-type'] ?? signatureType
  if (!isOne(timestamp) || !isOne(nonce) || !isOne(serial) || !isOne(signature)) {
    return fault('headers_missing', 'a signature header is missing')
  }
  if (typeof type !== 'string' || !types.includes(type))
    return fault('unknown_type', `unknown signature type ${String(type).slice(0, 60)}`)

  const skew = /^\d{1,12}$/.test(timestamp) ? now.getTime() / 1000 - Number(timestamp) : Number.NaN
  if (!(Math.abs(skew) < windowSeconds)) {
    return fault('clock', `signed at ${timestamp.slice(0, 20)}, ${Math.round(skew)} s before our time`)
  }
  const key = findKey(serial)
  if (!key) return fault('unknown_serial', `no key for serial ${serial.slice(0, 60)}`)
  if (verifies(answerMessage(timestamp, nonce, body), signature, key)) return { ok: true }
  return fault('bad_signature', signature.startsWith(probePrefix) ? 'probe signature' : 'the signature does not verify')
}

const probePrefix = 'WECHATPAY/SIGNTEST/'

/** Whether a message claims to be signed at all. */
export function carriesSignature(headers: HeaderBag): boolean {
  return headers['wechatpay-signature'] !== undefined
}

function isOne(value: string | string[] | undefined): value is string {
  return typeof value === 'string' && value !== ''
}

function fault(word: VerificationFault, detail: string): Verdict {
  return { ok: false, fault: word, detail }
}
