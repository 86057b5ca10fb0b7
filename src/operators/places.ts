import type { Db } from '../plumbing/storage/database.ts'
import { Declined } from './rights/declined.ts'
import { everywhere, ofMerchant, ofProvider, type Scope } from './rights/scope.ts'

/** A place as it is typed: a merchant's slug, a provider's number, or neither for everywhere. */
export type PlaceName = { merchant?: string | undefined; provider?: string | undefined }

/** Throws `Declined` (place_wrong) when there is no such merchant, or no merchant names that provider. */
export async function placeNamed(db: Db, { merchant, provider }: PlaceName): Promise<Scope> {
  if (merchant !== undefined) {
    const found = await db.selectFrom('merchants').select('id').where('slug', '=', merchant).executeTakeFirst()
    if (!found) throw new Declined('place_wrong')
    return ofMerchant(found.id)
  }
  if (provider !== undefined) {
    const isNumber = /^[0-9]{6,32}$/.test(provider)
    if (!isNumber) throw new Declined('place_wrong')
    return ofProvider(provider)
  }
  return everywhere
}
