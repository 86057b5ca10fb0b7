import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Secret } from '../plumbing/secrets/secret.ts'

/** The Standard Webhooks rule: a message is valid for five minutes before and after its own time. */
const toleranceMs = 5 * 60_000

/** Checking more would only cost time; a sender that changes its secret uses two. */
const maxSignatures = 8

type Headers = Record<string, string | string[] | undefined>

/**
 * True when the body has a `v1` signature by `secret` and a time within five minutes of `now`
 * (https://www.standardwebhooks.com). Its own library hashes in JavaScript, ten times slower, which anybody could make us
 * do, and reads the machine's clock; the tests sign with it.
 */
export function signatureHolds(secret: Secret, headers: Headers, body: Buffer, now: Date): boolean {
  const id = headers['webhook-id']
  const timestamp = headers['webhook-timestamp']
  const signatures = headers['webhook-signature']
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string') return false
  if (!/^[0-9]{1,12}$/.test(timestamp)) return false
  const sentAt = new Date(Number(timestamp) * 1_000)
  if (Math.abs(now.getTime() - sentAt.getTime()) > toleranceMs) return false
  const expected = signed(secret, id, timestamp, body)
  return signatures
    .split(' ')
    .slice(0, maxSignatures)
    .some((signature) => equal(Buffer.from(signature), expected))
}

const secretPrefix = 'whsec_'

/** `merchant apply` accepts only secrets of this form. */
function signed(secret: Secret, id: string, timestamp: string, body: Buffer): Buffer {
  const key = Buffer.from(secret.reveal().slice(secretPrefix.length), 'base64')
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body)
  return Buffer.from(`v1,${mac.digest('base64')}`)
}

function equal(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected)
}
