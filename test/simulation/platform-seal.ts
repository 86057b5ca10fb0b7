import { createSign, generateKeyPairSync, randomBytes } from 'node:crypto'
import type { UnsealedAnswer } from './wechat-network.ts'

/** WeChat's key pair of a run, in public-key mode. */
export type PlatformSeal = {
  publicKeyId: string
  publicKey: string
  sealed(
    answer: UnsealedAnswer,
    at: Date,
    wrongly: boolean,
  ): { status: number; body: string; headers: Record<string, string> }
}

/** The smallest key that SHA-256 fits into: this is about order, not about secrecy. */
const keyBits = 1024

export function openPlatformSeal(): PlatformSeal {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: keyBits })
  const publicKeyId = 'PUB_KEY_ID_0116014009732026112300382175000001'

  function signature(text: string, at: Date): Record<string, string> {
    const timestamp = String(Math.floor(at.getTime() / 1_000))
    const nonce = randomBytes(16).toString('hex')
    return {
      'wechatpay-timestamp': timestamp,
      'wechatpay-nonce': nonce,
      'wechatpay-serial': publicKeyId,
      'wechatpay-signature': createSign('RSA-SHA256')
        .update(`${timestamp}\n${nonce}\n${text}\n`)
        .sign(privateKey, 'base64'),
    }
  }
  return {
    publicKeyId,
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sealed({ status, body, signed }, at, wrongly) {
      const text = JSON.stringify(body)
      const headers = { 'request-id': '08E7CA050A0B9C06-0', ...(signed && signature(wrongly ? `${text} ` : text, at)) }
      return { status, body: text, headers }
    },
  }
}
