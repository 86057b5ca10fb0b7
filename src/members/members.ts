import { sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'

/** Writes that a member was here. Only an openid that came from WeChat's OAuth may be passed in. */
export async function rememberMember(db: Db, seen: { merchantId: number; openid: string; at: Date }): Promise<void> {
  await db
    .insertInto('members')
    .values({ merchant_id: seen.merchantId, openid: seen.openid, first_seen_at: seen.at, last_seen_at: seen.at })
    .onConflict((conflict) =>
      conflict
        .columns(['merchant_id', 'openid'])
        .doUpdateSet({ last_seen_at: sql`greatest(members.last_seen_at, excluded.last_seen_at)` }),
    )
    .execute()
}
