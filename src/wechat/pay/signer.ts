import { createPrivateKey, type KeyObject } from 'node:crypto'
import type { Clock } from '../../plumbing/clock.ts'
import { release } from '../../plumbing/release.ts'
import type { Secret } from '../../plumbing/secrets/secret.ts'
import { authorization, makeNonce, requestMessage, sign } from './signature.ts'
import type { PayKeys, PayRequest } from './types.ts'

/** The headers of one try of a request: each has its own nonce, time and signature (docs/wechat/pay-v3.md 1.8). */
export type Signer = (request: PayRequest, serial: string | undefined) => Promise<Record<string, string>>

const userAgent = `paycoupon/${release} (Node.js ${process.versions.node})`

/** Parses the private key once. Throws when it is not one, without any part of the key in the message. */
export function openSigner(keys: PayKeys, clock: Clock): Signer {
  const privateKey = parsePrivateKey(keys.privateKey)

  return async ({ method, path, body, form, accept = 'application/json' }, serial) => {
    const timestamp = Math.floor(clock.now().getTime() / 1000).toString()
    const nonce = makeNonce()
    const message = requestMessage(method, path, timestamp, nonce, form?.signed ?? body ?? '')
    const signature = await sign(message, privateKey)
    const headers: Record<string, string> = {
      authorization: authorization({ mchid: keys.mchid, serialNo: keys.serialNo, timestamp, nonce, signature }),
      accept,
      'accept-language': 'zh-CN',
      'user-agent': userAgent,
    }
    if (serial !== undefined) headers['wechatpay-serial'] = serial
    if (body !== undefined) headers['content-type'] = 'application/json'
    if (form !== undefined) headers['content-type'] = form.contentType
    return headers
  }
}

function parsePrivateKey(pem: Secret): KeyObject {
  let key: KeyObject
  try {
    key = createPrivateKey(pem.reveal())
  } catch {
    throw new Error('the private key is not a readable PEM key')
  }
  if (key.asymmetricKeyType !== 'rsa') throw new Error('the private key is not an RSA key')
  return key
}
