import type { Db } from '../plumbing/storage/database.ts'
import type { Person } from './rights/person.ts'
import { roleNames } from './rights/roles.ts'

/** Where a person has a role, in words: the merchant's name, the provider's number, or everything. `slug`: the merchant's. */
export type Place = { place: string; role: string; slug: string | undefined }

/** The places of a person's memberships, each with the role there. */
export async function placesOf(db: Db, { memberships }: Pick<Person, 'memberships'>): Promise<Place[]> {
  const ids = memberships.flatMap(({ merchant_id }) => merchant_id ?? [])
  const merchants = await db
    .selectFrom('merchants')
    .select(['id', 'name', 'slug'])
    .where('id', 'in', [0, ...ids])
    .execute()
  const known = new Map(merchants.map((merchant) => [merchant.id, merchant]))
  return memberships.map(({ merchant_id, provider_mchid, role }) => ({
    place: placeName({ merchant: merchant_id === null ? null : (known.get(merchant_id)?.name ?? ''), provider_mchid }),
    role: roleNames[role],
    slug: merchant_id === null ? undefined : known.get(merchant_id)?.slug,
  }))
}

/** A place in words. */
export function placeName({ merchant, provider_mchid }: { merchant: string | null; provider_mchid: string | null }) {
  return merchant ?? (provider_mchid === null ? '全部商户' : `服务商号 ${provider_mchid}`)
}
