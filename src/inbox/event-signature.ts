import { timingSafeEqual } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import type { Secret } from '../plumbing/secrets/secret.ts'

/** The Standard Webhooks rule: a message is valid for five minutes before and after its own time. */
const toleranceMs = 5 * 60_000

/** Checking more would only cost time; a sender that changes its secret uses two. */
const maxSignatures = 8

type Headers = Record<string, string | string[] | undefined>

/**
 * True when the body has a `v1` signature by `secret` and a time within five minutes of `now`
 * (https://www.standardwebhooks.com). The library only signs: its own check reads the machine's clock, so the time and
 * the signatures are compared here.
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

/** Undefined when the secret has a form that cannot sign; `merchant apply` accepts no such secret. */
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
