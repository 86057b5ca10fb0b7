import { inboxTotal } from '../plumbing/telemetry/metrics.ts'
import type { InboxSource } from '../plumbing/storage/schema.ts'
import type { Services } from '../services.ts'

export type Arrival = { merchantId: number; source: InboxSource; businessKey: string; body: unknown; at: Date }

/**
 * Stores a message, once per business key, and returns whether it is new. A new one is due at once, and the inbox bell
 * is rung for the loops that apply it.
 */
export async function receive({ db, bells }: Services, arrival: Arrival): Promise<'new' | 'repeat'> {
  const inserted = await db
    .insertInto('inbox')
    .values({
      merchant_id: arrival.merchantId,
      source: arrival.source,
      business_key: arrival.businessKey,
      body: storable(arrival.body),
      received_at: arrival.at,
      due_at: arrival.at,
      attempts: 0,
    })
    .onConflict((conflict) => conflict.columns(['merchant_id', 'source', 'business_key']).doNothing())
    .returning('id')
    .executeTakeFirst()
  inboxTotal.inc({ source: arrival.source, outcome: inserted ? 'new' : 'repeat' })
  if (!inserted) return 'repeat'
  bells.ring('inbox')
  return 'new'
}

/** Returns the JSON text to store. JSON may contain NUL and half a surrogate pair; jsonb accepts neither. */
export function storable(body: unknown): string {
  return JSON.stringify(body, (_key, value: unknown) =>
    typeof value === 'string' ? value.replaceAll('\0', '').toWellFormed() : value,
  )
}
