import { sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'

/**
 * Until the transaction ends, nobody else writes this payment or a refund of it: the two may arrive at the same moment,
 * and each must see the other. No row to lock exists before the payment does.
 */
export async function lockPayment(trx: Db, merchantId: number, transactionId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`payment/${merchantId}/${transactionId}`}, 0))`.execute(trx)
}

/**
 * Says that what is known of the member's payments is another thing from this transaction on. It waits for the awards
 * that are being written on the facts before; those that come after it are worked out anew.
 */
export async function raiseFacts(trx: Db, merchantId: number, openid: string): Promise<void> {
  await trx
    .insertInto('spenders')
    .values({ merchant_id: merchantId, openid })
    .onConflict((conflict) =>
      conflict.columns(['merchant_id', 'openid']).doUpdateSet((eb) => ({ version: eb('spenders.version', '+', 1) })),
    )
    .execute()
}

/** Makes sure that the member's facts have a version, without which no award can rest on them; one that is there stays. */
export async function keepFacts(trx: Db, merchantId: number, openid: string): Promise<void> {
  await trx
    .insertInto('spenders')
    .values({ merchant_id: merchantId, openid })
    .onConflict((conflict) => conflict.columns(['merchant_id', 'openid']).doNothing())
    .execute()
}

/** To be read before the facts: then they are at least as new as it says. 0 for a member who never paid. */
export async function factsVersion(db: Db, merchantId: number, openid: string): Promise<number> {
  const spender = await db
    .selectFrom('spenders')
    .select('version')
    .where('merchant_id', '=', merchantId)
    .where('openid', '=', openid)
    .executeTakeFirst()
  return spender?.version ?? 0
}

/** Whose payment it is; undefined while it is not known. */
export async function payerOf(db: Db, merchantId: number, transactionId: string): Promise<string | undefined> {
  const payment = await db
    .selectFrom('payments')
    .select('openid')
    .where('merchant_id', '=', merchantId)
    .where('transaction_id', '=', transactionId)
    .executeTakeFirst()
  return payment?.openid
}
