import { generateSecret, generateURI, verifySync } from 'otplib'
import type { Secrets } from '../plumbing/secrets/vault.ts'

/** A code holds for 30 s, and one step longer on either side: phones and servers are never quite at one time. */
const stepSeconds = 30
/** 160 bits, as RFC 4226 recommends. */
const seedBytes = 20
const codeShape = /^\d{6}$/

/** A new seed, in base32 as authenticators take it. */
export function newSeed(): string {
  return generateSecret({ length: seedBytes })
}

/** The address in the QR code that an authenticator reads. */
export function seedAddress(seed: string, email: string): string {
  return generateURI({ issuer: 'paycoupon', label: email, secret: seed })
}

/** The time step of which `code` is, later than `afterStep`; undefined when it is wrong or was used before. */
export function stepOfCode(seed: string, code: string, now: Date, afterStep: number): number | undefined {
  const token = code.replace(/\s/g, '')
  const epoch = Math.floor(now.getTime() / 1_000)
  // A clock that was set back: no step of now is later than the one used, and the library would throw.
  if (!codeShape.test(token) || afterStep > Math.floor(epoch / stepSeconds)) return undefined
  const result = verifySync({
    secret: seed,
    token,
    epoch,
    epochTolerance: stepSeconds,
    afterTimeStep: afterStep,
  })
  return result.valid && 'timeStep' in result ? result.timeStep : undefined
}

/** Where the seeds are sealed; a sealed text opens in no other place. */
function seedPlace(operatorId: number): string {
  return `operators/${operatorId}/totp`
}

/** The seed sealed for a person. */
export function sealSeed(secrets: Secrets, operatorId: number, seed: string): string {
  return secrets.seal(seed, seedPlace(operatorId))
}

/** The person's seed. Throws when it does not open. */
export function openSeed(secrets: Secrets, operatorId: number, sealed: string): string {
  return secrets.open(sealed, seedPlace(operatorId)).reveal()
}
