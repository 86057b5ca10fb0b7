import { inboxTotal } from '../plumbing/telemetry/metrics.ts'
import type { InboxSource } from '../plumbing/storage/schema.ts'
import type { Services } from '../services.ts'

export type Arrival = { merchantId: number; source: InboxSource; businessKey: string; body: unknown; at: Date }

/**
 * Puts what arrived on disk, once by its business key, and returns whether it is new. It is due at once, and
 * rings the bell of the loops that apply it.
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

/** The JSON text that is kept: jsonb takes neither NUL nor half a surrogate pair, both of which JSON may carry. */
export function storable(body: unknown): string {
  return JSON.stringify(body, (_key, value: unknown) =>
    typeof value === 'string' ? value.replaceAll('\0', '').toWellFormed() : value,
  )
}
