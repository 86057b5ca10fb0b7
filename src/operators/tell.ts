import type { Db } from '../plumbing/storage/database.ts'

const wordsAtMost = 500

/**
 * Tells every owner of the merchant and its provider's people of a deed, in the deed's transaction: they read it on
 * their first page.
 */
export async function tellOf(
  trx: Db,
  { merchantId, at, by, words }: { merchantId: number; at: Date; by: string; words: string },
): Promise<void> {
  const row = { merchant_id: merchantId, at, by, words: words.slice(0, wordsAtMost), mailed_at: null }
  await trx.insertInto('notices').values(row).execute()
}
