import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { Secret } from './secret.ts'

/**
 * Turns secrets into text for the database and back. `place` names where the text is stored, for example
 * `merchants/demo/app_secret`.
 */
export type Secrets = {
  seal(text: string, place: string): string
  /**
   * Throws when the text was changed, was moved from another place, or was sealed with a key that is no longer
   * configured.
   */
  open(sealed: string, place: string): Secret
  /** True when the text was sealed with a key other than the first one configured. */
  needsResealing(sealed: string): boolean
}

const version = 'v1'
/** The sizes that AES-GCM is specified for. */
const nonceBytes = 12
const tagBytes = 16

/**
 * AES-256-GCM under MASTER_KEY. The place is authenticated with the text, so that a secret that was copied into another
 * row does not open. Sealed text has the form `v1.<key>.<nonce, tag and ciphertext>`.
 */
export function openSecrets(masterKeys: Buffer[]): Secrets {
  const keys = new Map(masterKeys.map((key) => [keyName(key), key]))
  const [current] = keys
  if (!current) throw new Error('openSecrets needs at least one key')
  const [currentName, currentKey] = current

  return {
    seal(text, place) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', currentKey, nonce).setAAD(Buffer.from(place))
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return [version, currentName, Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')].join('.')
    },
    open(sealed, place) {
      const [, name = '', packed = ''] = sealed.split('.')
      const key = keys.get(name)
      if (!key) throw new Error(`the secret at ${place} was sealed with a key that MASTER_KEY does not list`)
      return new Secret(decrypt(key, Buffer.from(packed, 'base64url'), place))
    },
    needsResealing: (sealed) => sealed.split('.')[1] !== currentName,
  }
}

function decrypt(key: Buffer, packed: Buffer, place: string): string {
  const nonce = packed.subarray(0, nonceBytes)
  const tag = packed.subarray(nonceBytes, nonceBytes + tagBytes)
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
    decipher.setAAD(Buffer.from(place)).setAuthTag(tag)
    return Buffer.concat([decipher.update(packed.subarray(nonceBytes + tagBytes)), decipher.final()]).toString('utf8')
  } catch {
    throw new Error(`the secret at ${place} does not open: it was changed or belongs elsewhere`)
  }
}

/** Identifies a key without revealing anything about it. */
function keyName(key: Buffer): string {
  return createHash('sha256').update('paycoupon key name').update(key).digest('hex').slice(0, 8)
}
