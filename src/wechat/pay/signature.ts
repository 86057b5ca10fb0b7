import { randomUUID, sign as cryptoSign, verify as cryptoVerify, type KeyObject } from 'node:crypto'

/** The scheme of merchant numbers; also the meaning of a missing `Wechatpay-Signature-Type` (docs/wechat/pay-v3.md 1.4). */
export const signatureType = 'WECHATPAY2-SHA256-RSA2048'

/**
 * How a caller names itself and its scheme. A brand signs with its own certificate and under its own id; everything else
 * is as for a merchant number (docs/wechat/member-cards.md 3).
 */
export type Dialect = { scheme: string; idName: string; answerTypes: readonly string[] }

export const merchantDialect: Dialect = { scheme: signatureType, idName: 'mchid', answerTypes: [signatureType] }

const brandScheme = 'WECHATPAY-BRAND-SHA256-RSA2048'
/** Which word stands in a brand's answers is not known: the key is found by its serial in any case. */
export const brandDialect: Dialect = {
  scheme: brandScheme,
  idName: 'brand_id',
  answerTypes: [signatureType, brandScheme],
}

/**
 * The five lines that a request's signature covers; the last one ends with a line feed too (docs/wechat/pay-v3.md 1.3).
 */
export function requestMessage(method: string, path: string, timestamp: string, nonce: string, body: string): string {
  return `${method}\n${path}\n${timestamp}\n${nonce}\n${body}\n`
}

/**
 * The three lines that the signature of an answer or a notification covers: the raw bytes, never serialised again
 * (docs/wechat/pay-v3.md 1.4).
 */
export function answerMessage(timestamp: string, nonce: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${timestamp}\n${nonce}\n`), body, lineFeed])
}

const lineFeed = Buffer.from('\n')

/** Base64 of RSASSA-PKCS1-v1_5 with SHA-256, made on the thread pool: 2048-bit signing would block the event loop. */
export function sign(message: string | Buffer, key: KeyObject): Promise<string> {
  const bytes = typeof message === 'string' ? Buffer.from(message) : message
  return new Promise((resolve, reject) => {
    cryptoSign('sha256', bytes, key, (error, signature) => {
      if (error) reject(error)
      else resolve(signature.toString('base64'))
    })
  })
}

/**
 * Whether the base64 signature belongs to the message. Verifying costs a thirtieth of signing, so it runs on the event
 * loop.
 */
export function verifies(message: Buffer, signature: string, key: KeyObject): boolean {
  return cryptoVerify('sha256', message, key, Buffer.from(signature, 'base64'))
}

/** 32 random characters of [0-9a-f]. */
export function makeNonce(): string {
  return randomUUID().replaceAll('-', '')
}

/** The `Authorization` header of a call (docs/wechat/pay-v3.md 1.3). */
export function authorization(parts: {
  dialect?: Dialect
  mchid: string
  serialNo: string
  timestamp: string
  nonce: string
  signature: string
}): string {
  const { scheme, idName } = parts.dialect ?? merchantDialect
  return (
    `${scheme} ${idName}="${parts.mchid}",nonce_str="${parts.nonce}",timestamp="${parts.timestamp}",` +
    `serial_no="${parts.serialNo}",signature="${parts.signature}"`
  )
}
