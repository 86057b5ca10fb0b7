import type { Db } from '../plumbing/storage/database.ts'
import type { Believed } from './gate-store.ts'
import { highestPlace } from '../ledger/holes.ts'
import type { Limit } from '../ledger/limits/limits.ts'

/** The ledger could not be read. Redis is not the cause, and asking the other store would not help. */
export class LedgerError extends Error {}

/** Reads scopes from the ledger for the gate: every place of a member's scope, only the highest of a campaign's. */
export async function readScopes(db: Db, merchantId: number, limits: Limit[]): Promise<Believed[]> {
  try {
    const members = limits.filter((limit) => limit.level === 'member').map((limit) => limit.scope)
    const places = members.length > 0 ? await placesOf(db, merchantId, members) : []
    return await Promise.all(
      limits.map(async ({ scope, level }) => {
        if (level === 'campaign') return { high: await highestPlace(db, merchantId, scope), free: [] }
        const numbers = places.filter((place) => place.scope === scope).map((place) => place.number)
        const high = Math.max(0, ...numbers)
        const free = Array.from({ length: high }, (_, index) => index + 1).filter((number) => !numbers.includes(number))
        return { high, free }
      }),
    )
  } catch (error) {
    throw new LedgerError('the ledger could not be read', { cause: error })
  }
}

/** Returns every held place of these scopes. Only for members' scopes, which have few places. */
export function placesOf(db: Db, merchantId: number, scopes: string[]) {
  return db
    .selectFrom('slots')
    .select(['scope', 'number'])
    .where('merchant_id', '=', merchantId)
    .where('scope', 'in', scopes)
    .execute()
}
