import { sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'

/** A worker still has the old keys for as long as its catalog is fresh, a second: a probe by them would be wasted. */
const probeDelayMs = 2_000

/** Brings forward the probes of a merchant's standing halts: an operator has just changed what may have been their cause. */
export async function probeSoon(db: Db, merchantId: number, now: Date): Promise<void> {
  const soon = new Date(now.getTime() + probeDelayMs)
  await sql`
    update halts set probe_at = ${soon}
    where merchant_id = ${merchantId} and lifted_at is null and probe_at > ${soon}`.execute(db)
}
