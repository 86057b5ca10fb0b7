import { type Selectable, sql } from 'kysely'
import type { Cache } from '../plumbing/cache.ts'
import type { Clock } from '../plumbing/clock.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { MemberBlocksTable } from '../plumbing/storage/schema.ts'
import { blockedByMerchant } from './blocked.ts'

/** What of the services, which are made of this room, it takes. */
type Parts = { db: Db; cache: Cache; clock: Clock }

/** One of a merchant's members, who need not have been here. */
export type Named = { merchantId: number; openid: string }

/** An operator's words, and the operator's name. */
export type Why = { reason: string; by: string }

export type Block = Pick<Selectable<MemberBlocksTable>, 'openid' | 'reason' | 'blocked_by' | 'since'>

const columns = ['openid', 'reason', 'blocked_by', 'since'] as const

/**
 * Keeps a member out of a merchant's campaigns until `unblockMember`: the session ends, nothing more is given, and what
 * is owed and not sent yet is held back. Coupons that were sent stay in the member's wallet. In this process it holds at
 * once, in others within a second. Who is blocked already stays so for the first reason: then `changed` is false.
 */
export async function blockMember(
  { db, cache, clock }: Parts,
  { merchantId, openid }: Named,
  { reason, by }: Why,
): Promise<{ block: Block; changed: boolean }> {
  const { changed, ...block } = await db
    .insertInto('member_blocks')
    .values({ merchant_id: merchantId, openid, reason, blocked_by: by, since: clock.now() })
    .onConflict((conflict) =>
      conflict
        .columns(['merchant_id', 'openid'])
        .where('lifted_at', 'is', null)
        // Nothing changes; only so is the row that stands returned.
        .doUpdateSet({ openid }),
    )
    .returning(columns)
    .returning(sql<boolean>`xmax = 0`.as('changed'))
    .executeTakeFirstOrThrow()
  cache.forget(blockedByMerchant, merchantId)
  return { block, changed }
}

/**
 * Lets a blocked member in again: what was held back is sent, and what is earned from now on counts. Returns the block
 * that has ended; undefined when the member was not blocked.
 */
export async function unblockMember(
  { db, cache, clock }: Parts,
  { merchantId, openid }: Named,
  { reason, by }: { reason: string | undefined; by: string },
): Promise<Block | undefined> {
  const ended = await db
    .updateTable('member_blocks')
    .set({ lifted_at: clock.now(), lifted_by: by, lifted_reason: reason ?? null })
    .where('merchant_id', '=', merchantId)
    .where('openid', '=', openid)
    .where('lifted_at', 'is', null)
    .returning(columns)
    .executeTakeFirst()
  cache.forget(blockedByMerchant, merchantId)
  return ended
}

/** The members whom a merchant keeps out now, the last one first. */
export function blockedMembers(db: Db, merchantId: number): Promise<Block[]> {
  return db
    .selectFrom('member_blocks')
    .select(columns)
    .where('merchant_id', '=', merchantId)
    .where('lifted_at', 'is', null)
    .orderBy('id', 'desc')
    .execute()
}
