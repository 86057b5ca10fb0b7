import { randomBytes } from 'node:crypto'
import type { Person } from '../../operators/rights/person.ts'
import type { Merchant } from '../merchant.ts'
import { replaceSecretsFor } from './merchant-secrets.ts'
import { type Parts, requireMayManage } from './parts.ts'

/** Standard Webhooks asks for 24 to 64. */
const secretBytes = 32

/**
 * Makes a new secret for the events interface and returns it; nobody can read it again. The one before ends with it:
 * within a second everywhere. Throws `Declined`.
 */
export async function makeEventsSecretFor(
  services: Pick<Parts, 'db' | 'clock' | 'catalog' | 'secrets'>,
  person: Person,
  merchant: Merchant,
): Promise<string> {
  requireMayManage(services, person, merchant)
  const events_secret = `whsec_${randomBytes(secretBytes).toString('base64')}`
  await replaceSecretsFor(services, person, merchant, { given: { events_secret }, act: 'events_secret_made' })
  return events_secret
}
