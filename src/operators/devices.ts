import type { Db } from '../plumbing/storage/database.ts'
import { hashOf, hashOfToken, newToken } from './tokens.ts'

/** A person's oldest browsers are forgotten beyond these. */
const devicesAtMost = 20

/**
 * From now on the browser is known to be this person's. Returns the text for its device cookie: the one that it has, or
 * a new one.
 */
export async function rememberDevice(
  trx: Db,
  operatorId: number,
  token: string | undefined,
  now: Date,
): Promise<string> {
  const kept = token !== undefined && hashOfToken(token) !== undefined ? token : newToken()
  await trx
    .insertInto('operator_devices')
    .values({ operator_id: operatorId, token_hash: hashOf(kept), not_before: null, seen_at: now })
    .onConflict((conflict) => conflict.columns(['operator_id', 'token_hash']).doUpdateSet({ seen_at: now }))
    .execute()
  const oldest = trx
    .selectFrom('operator_devices')
    .select('token_hash')
    .where('operator_id', '=', operatorId)
    .orderBy('seen_at', 'desc')
    .offset(devicesAtMost)
  await trx
    .deleteFrom('operator_devices')
    .where('operator_id', '=', operatorId)
    .where('token_hash', 'in', oldest)
    .execute()
  return kept
}

/** No browser of this person is known any more, but perhaps the one with this cookie. */
export async function forgetDevices(trx: Db, operatorId: number, except?: string): Promise<void> {
  let forgotten = trx.deleteFrom('operator_devices').where('operator_id', '=', operatorId)
  if (except !== undefined) forgotten = forgotten.where('token_hash', '!=', hashOf(except))
  await forgotten.execute()
}
