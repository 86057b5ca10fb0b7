import type { Db } from '../plumbing/storage/database.ts'
import { inboxTotal } from '../plumbing/telemetry/metrics.ts'
import type { InboxSource } from '../plumbing/storage/schema.ts'

export type Arrival = { merchantId: number; source: InboxSource; businessKey: string; body: unknown; at: Date }

/**
 * Puts what arrived on disk, once by its business key, and returns whether it is new. It is due at once; a loop in this
 * process is told so that nobody waits for the next look.
 */
export async function receive(db: Db, arrival: Arrival): Promise<'new' | 'repeat'> {
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
  listeners.get(db)?.()
  return 'new'
}

/** Calls `listener` whenever this process receives something new; one loop a database. Returns the way to stop. */
export function onReceived(db: Db, listener: () => void): () => void {
  listeners.set(db, listener)
  return () => listeners.delete(db)
}

const listeners = new WeakMap<Db, () => void>()

/** The JSON text that is kept: jsonb takes neither NUL nor half a surrogate pair, both of which JSON may carry. */
export function storable(body: unknown): string {
  return JSON.stringify(body, (_key, value: unknown) =>
    typeof value === 'string' ? value.replaceAll('\0', '').toWellFormed() : value,
  )
}
