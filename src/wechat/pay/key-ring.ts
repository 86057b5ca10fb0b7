import { createPublicKey, type KeyObject } from 'node:crypto'
import type { Clock } from '../../plumbing/clock.ts'
import { publicKeyOf, serialKey } from './certificates.ts'
import type { PayKeys, PlatformCertificate } from './types.ts'

/**
 * The keys that verify what WeChat sends: at most one public key, those that it replaced lately, and any number of
 * certificates (docs/wechat/pay-v3.md 1.5).
 */
export type KeyRing = {
  find: (serial: string) => KeyObject | undefined
  /** The public key's id, else the serial of the certificate that stays valid longest. */
  best(): string | undefined
  /** Adds certificates, and drops expired ones. */
  hold(list: PlatformCertificate[]): void
  certificates(): PlatformCertificate[]
}

/** Parses the public key once; throws when the key or its id is missing, or the key is not readable. */
export function openKeyRing(keys: PayKeys, clock: Clock): KeyRing {
  const publicKey = parsePublicKey(keys)
  const former = new Map(keys.former?.publicKeys.map(({ id, ...rest }) => [id, parseFormer(rest)]))
  const held = new Map<string, { certificate: PlatformCertificate; key: KeyObject }>()
  const inDate = (certificate: PlatformCertificate): boolean => certificate.expiresAt > clock.now()

  return {
    find: (serial) => {
      if (publicKey && serial === keys.publicKeyId) return publicKey
      const replaced = former.get(serial)
      if (replaced) return replaced.until > clock.now() ? replaced.key : undefined
      const found = held.get(serialKey(serial))
      return found && inDate(found.certificate) ? found.key : undefined
    },

    best() {
      if (publicKey) return keys.publicKeyId
      let best: PlatformCertificate | undefined
      for (const { certificate } of held.values()) {
        if (inDate(certificate) && (!best || certificate.expiresAt > best.expiresAt)) best = certificate
      }
      return best?.serialNo
    },

    hold(list) {
      for (const certificate of list) {
        held.set(serialKey(certificate.serialNo), { certificate, key: publicKeyOf(certificate) })
      }
      for (const [serial, { certificate }] of held) if (!inDate(certificate)) held.delete(serial)
    },

    certificates: () => [...held.values()].map(({ certificate }) => certificate),
  }
}

function parseFormer({ publicKey, until }: { publicKey: string; until: Date }) {
  return { key: createPublicKey(publicKey), until }
}

function parsePublicKey(keys: PayKeys): KeyObject | undefined {
  if (keys.publicKeyId === undefined && keys.publicKey === undefined) return undefined
  if (keys.publicKeyId === undefined || keys.publicKey === undefined) {
    throw new Error('the WeChat Pay public key and its id belong together')
  }
  try {
    return createPublicKey(keys.publicKey)
  } catch {
    throw new Error('the WeChat Pay public key is not a readable PEM key')
  }
}
