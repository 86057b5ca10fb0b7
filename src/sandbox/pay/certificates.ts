import { createCipheriv, randomBytes } from 'node:crypto'
import { wechatTime } from '../wechat-time.ts'
import { ok, refuse, type PayHandler } from './pay-call.ts'
import { refusals } from './refusals.ts'

/** GET /v3/certificates; merchants in public-key mode have none and get 404 (wechat/pay-v3.md 1.6). */
export const listCertificates: PayHandler = {
  handle({ state, account }) {
    if (account.keyMode === 'public_key') return refuse(refusals.no_certificates)
    return ok({
      data: state.world.platform.certificates.map((each) => ({
        serial_no: each.serialNo,
        effective_time: wechatTime(each.beginsAt),
        expire_time: wechatTime(each.endsAt),
        encrypt_certificate: sealResource(account.apiV3Key, each.certificate, 'certificate'),
      })),
    })
  },
}

/** AES-256-GCM as WeChat seals certificates and notifications: base64 of the sealed bytes followed by the tag. */
export function sealResource(apiV3Key: string, text: string, associatedData: string): Record<string, string> {
  const nonce = randomBytes(6).toString('hex')
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(apiV3Key), Buffer.from(nonce))
  cipher.setAAD(Buffer.from(associatedData))
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return {
    algorithm: 'AEAD_AES_256_GCM',
    nonce,
    associated_data: associatedData,
    ciphertext: sealed.toString('base64'),
  }
}
