import { timingSafeEqual } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import type { Secret } from '../plumbing/secrets/secret.ts'

/** The Standard Webhooks rule: a message is good for five minutes around its own time. */
const toleranceMs = 5 * 60_000

/** More would only make us compute; senders rotate between two. */
const maxSignatures = 8

type Headers = Record<string, string | string[] | undefined>

/**
 * True when the body carries a `v1` signature by `secret` and a time within five minutes of `now`
 * (https://www.standardwebhooks.com). The library signs; time and comparison are here because its own check reads the
 * machine's clock.
 */
export function signatureHolds(secret: Secret, headers: Headers, body: Buffer, now: Date): boolean {
  const id = headers['webhook-id']
  const timestamp = headers['webhook-timestamp']
  const signatures = headers['webhook-signature']
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string') return false
  if (!/^[0-9]{1,12}$/.test(timestamp)) return false
  const sentAt = new Date(Number(timestamp) * 1_000)
  if (Math.abs(now.getTime() - sentAt.getTime()) > toleranceMs) return false
  const expected = signed(secret, id, sentAt, body)
  if (!expected) return false
  return signatures
    .split(' ')
    .slice(0, maxSignatures)
    .some((signature) => equal(Buffer.from(signature), expected))
}

/** undefined: the secret is not one that can sign, so nobody can know it; `merchant apply` takes no such secret. */
function signed(secret: Secret, id: string, sentAt: Date, body: Buffer): Buffer | undefined {
  try {
    return Buffer.from(new Webhook(secret.reveal()).sign(id, sentAt, body))
  } catch {
    return undefined
  }
}

function equal(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected)
}
