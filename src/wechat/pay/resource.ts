import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Secret } from '../../plumbing/secrets/secret.ts'
import type { SealedResource } from './types.ts'

const resourceAlgorithm = 'AEAD_AES_256_GCM'
const tagBytes = 16

/**
 * Opens what WeChat encrypted with the APIv3 key: a notification's resource or a platform certificate
 * (docs/wechat/pay-v3.md 1.6, 5.3). Throws when the key, the nonce, the associated data or a single bit is wrong; the
 * message contains no secret.
 */
function openResource(apiV3Key: Secret, resource: SealedResource): string {
  if (resource.algorithm !== resourceAlgorithm) throw new Error(`unknown algorithm ${resource.algorithm}`)
  const sealed = Buffer.from(resource.ciphertext, 'base64')
  if (sealed.length < tagBytes) throw new Error('the ciphertext is shorter than its tag')
  const decipher = createDecipheriv('aes-256-gcm', Buffer.from(apiV3Key.reveal()), Buffer.from(resource.nonce), {
    authTagLength: tagBytes,
  })
  decipher.setAAD(Buffer.from(resource.associated_data ?? ''))
  decipher.setAuthTag(sealed.subarray(-tagBytes))
  // final() checks the tag: without it, a text from any sender would be believed.
  return Buffer.concat([decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()]).toString()
}

/** The same with the first of several keys that opens it. Throws when none does. */
export function openResourceByAny([newest, ...older]: [Secret, ...Secret[]], resource: SealedResource): string {
  try {
    return openResource(newest, resource)
  } catch (error) {
    const [next, ...rest] = older
    if (next === undefined) throw error
    return openResourceByAny([next, ...rest], resource)
  }
}

/** Encrypts a text as WeChat does; for the sandbox and tests. */
export function sealResource(apiV3Key: Secret, text: string, associatedData = ''): SealedResource {
  const nonce = randomBytes(6).toString('hex')
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(apiV3Key.reveal()), Buffer.from(nonce))
  cipher.setAAD(Buffer.from(associatedData))
  const ciphertext = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString('base64')
  return { algorithm: resourceAlgorithm, ciphertext, nonce, associated_data: associatedData }
}
