import { sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'

/**
 * Raises the version of the members' facts, because this transaction changes what is known of their payments.
 * Waits for awards that are being written with the old facts; later ones fail with the old facts and are computed
 * again.
 */
export async function raiseFacts(trx: Db, merchantId: number, ...openids: string[]): Promise<void> {
  if (openids.length === 0) return
  // Always in the same order, so that no two transactions wait for each other.
  const members = [...new Set(openids)].toSorted()
  await sql`insert into spenders (merchant_id, openid)
    select ${merchantId}::bigint, openid from unnest(${members}::text[]) with ordinality as m (openid, nth) order by nth
    on conflict (merchant_id, openid) do update set version = spenders.version + 1`.execute(trx)
}

/** Makes sure that the member's facts have a version, which every award needs; an existing one is not changed. */
export async function keepFacts(trx: Db, merchantId: number, openid: string): Promise<void> {
  await trx
    .insertInto('spenders')
    .values({ merchant_id: merchantId, openid })
    .onConflict((conflict) => conflict.columns(['merchant_id', 'openid']).doNothing())
    .execute()
}

/** Read them before the facts: then these are at least as new as this version. None for a member who never paid. */
export async function factsVersions(db: Db, merchantId: number, openids: string[]): Promise<Map<string, number>> {
  const spenders = await db
    .selectFrom('spenders')
    .select(['openid', 'version'])
    .where('merchant_id', '=', merchantId)
    .where('openid', '=', (eb) => eb.fn.any(eb.val(openids)))
    .execute()
  return new Map(spenders.map(({ openid, version }) => [openid, version]))
}

/** Returns the payer's openid; undefined while the payment is not known. */
export async function payerOf(db: Db, merchantId: number, transactionId: string): Promise<string | undefined> {
  const payment = await db
    .selectFrom('payments')
    .select('openid')
    .where('merchant_id', '=', merchantId)
    .where('transaction_id', '=', transactionId)
    .executeTakeFirst()
  return payment?.openid
}
