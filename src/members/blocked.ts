import { type RawBuilder, sql } from 'kysely'
import { type Cache, kept } from '../plumbing/cache.ts'
import type { Db } from '../plumbing/storage/database.ts'

/** A block or its end by a command or another process is seen everywhere within this time. */
const ageMs = 1_000

/** The blocked openids by merchant. Merchants block a few of their members, not thousands. */
export const blockedByMerchant = kept<number, ReadonlySet<string>>({ most: 2_000, ageMs })

/**
 * True when the merchant keeps this member out (`blocks.ts`), as of at most a second ago. A crowd of any size costs one
 * query per second and merchant.
 */
export async function isBlocked(
  { db, cache }: { db: Db; cache: Cache },
  { merchantId, openid }: { merchantId: number; openid: string },
): Promise<boolean> {
  const openids = await cache.read(blockedByMerchant, merchantId, () => read(db, merchantId))
  return openids.has(openid)
}

async function read(db: Db, merchantId: number): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom('member_blocks')
    .select('openid')
    .where('merchant_id', '=', merchantId)
    .where('lifted_at', 'is', null)
    .execute()
  return new Set(rows.map(({ openid }) => openid))
}

/** SQL condition: the member of this row, which has a merchant_id and an openid, is blocked at this moment. */
export function isBlockedInSql(row: string): RawBuilder<boolean> {
  const column = (name: string) => sql.ref(`${row}.${name}`)
  return sql<boolean>`exists (select from member_blocks b where b.merchant_id = ${column('merchant_id')}
    and b.openid = ${column('openid')} and b.lifted_at is null)`
}
