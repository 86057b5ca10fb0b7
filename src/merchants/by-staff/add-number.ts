import type { Db } from '../../plumbing/storage/database.ts'
import type { AccountRole } from '../../plumbing/storage/schema.ts'
import { sendsPerSecondByDefault } from '../merchant-file.ts'

/** Adds a merchant number without keys. False when the merchant has it already. */
export async function addNumber(
  trx: Db,
  merchantId: number,
  { mchid, role }: { mchid: string; role: AccountRole },
  now: Date,
): Promise<boolean> {
  const added = await trx
    .insertInto('accounts')
    .values({ merchant_id: merchantId, mchid, role, sends_per_second: sendsPerSecondByDefault, updated_at: now })
    .onConflict((conflict) => conflict.columns(['merchant_id', 'mchid']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return added !== undefined
}
