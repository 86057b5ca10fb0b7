import { z } from 'zod'
import type { Secret } from '../../plumbing/secrets/secret.ts'
import { openResourceByAny } from './resource.ts'
import type { HeaderBag } from '../exchange.ts'
import type { OpenedNotification, SealedResource } from './types.ts'
import type { VerificationFault } from './verification.ts'

export type NotificationFault = VerificationFault | 'malformed' | 'undecryptable' | 'no_key'

/** A notification that is not trusted. `word` is for logs and counters; WeChat gets a 4xx and nothing more. */
export class NotificationRefused extends Error {
  readonly word: NotificationFault

  constructor(word: NotificationFault, message: string) {
    super(message)
    this.name = 'NotificationRefused'
    this.word = word
  }
}

const envelopeSchema = z.object({
  id: z.string(),
  event_type: z.string(),
  summary: z.string().nullish(),
  resource: z.object({
    algorithm: z.string(),
    ciphertext: z.string(),
    nonce: z.string(),
    associated_data: z.string().nullish(),
    original_type: z.string().nullish(),
  }),
})

/** Opens the envelope of a verified notification (docs/wechat/pay-v3.md 5.2, 5.3). Throws `NotificationRefused`. */
export function openEnvelope(rawBody: Buffer, apiV3Keys: [Secret, ...Secret[]]): OpenedNotification {
  const parsed = envelopeSchema.safeParse(parse(rawBody.toString(), 'the body is not JSON'))
  if (!parsed.success) throw new NotificationRefused('malformed', 'the envelope lacks a field')
  const { id, event_type, summary, resource } = parsed.data
  return {
    id,
    event_type,
    summary: summary ?? '',
    original_type: resource.original_type ?? '',
    resource: parse(decrypt(apiV3Keys, resource), 'the resource is not JSON'),
  }
}

/** Tests and proxies send header names in any case. */
export function lowerCased(headers: HeaderBag): HeaderBag {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

function decrypt(apiV3Keys: [Secret, ...Secret[]], resource: SealedResource): string {
  try {
    return openResourceByAny(apiV3Keys, resource)
  } catch {
    throw new NotificationRefused('undecryptable', 'the resource does not open with this APIv3 key')
  }
}

function parse(text: string, otherwise: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new NotificationRefused('malformed', otherwise)
  }
}
