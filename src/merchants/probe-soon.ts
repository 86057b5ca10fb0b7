import { sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'

/** A worker may still have the old keys in its catalog, for up to 1 s: a probe with them would be wasted. */
const probeDelayMs = 2_000

/**
 * Brings forward the probes of a merchant's active halts: an operator has just changed what may have been their cause.
 */
export async function probeSoon(db: Db, merchantId: number, now: Date): Promise<void> {
  const soon = new Date(now.getTime() + probeDelayMs)
  await sql`
    update halts set probe_at = ${soon}
    where merchant_id = ${merchantId} and lifted_at is null and probe_at > ${soon}`.execute(db)
}
