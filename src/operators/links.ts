import type { Insertable, Selectable } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'
import type { OperatorLinksTable } from '../plumbing/storage/schema.ts'
import { Declined } from './rights/declined.ts'
import type { Scope } from './rights/scope.ts'
import { hashOf, hashOfToken, newToken } from './tokens.ts'

const hourMs = 3_600_000
/** A link that somebody at the machine hands over at once. */
export const linkOfCommandMs = hourMs
/** An invitation may wait over a weekend. */
export const linkOfConsoleMs = 72 * hourMs

export type Link = Selectable<OperatorLinksTable>

type Made = Pick<Insertable<OperatorLinksTable>, 'purpose' | 'made_by'> &
  Partial<Pick<Insertable<OperatorLinksTable>, 'operator_id' | 'email' | 'role' | 'merchant_id' | 'provider_mchid'>>

/** Makes a link that works once and until `lifeMs` have passed. Returns its token, which is stored nowhere. */
export async function makeLink(trx: Db, link: Made, { now, lifeMs }: { now: Date; lifeMs: number }): Promise<string> {
  const token = newToken()
  const none = { operator_id: null, email: null, role: null, merchant_id: null, provider_mchid: null, used_at: null }
  const times = { made_at: now, ends_at: new Date(now.getTime() + lifeMs) }
  await trx
    .insertInto('operator_links')
    .values({ ...none, ...link, ...times, token_hash: hashOf(token) })
    .execute()
  return token
}

/** The link of this token, which still works. Throws `Declined` (link_over). */
export async function readLink(db: Db, token: string, now: Date): Promise<Link> {
  const hash = hashOfToken(token)
  const link =
    hash === undefined
      ? undefined
      : await db
          .selectFrom('operator_links')
          .selectAll()
          .where('token_hash', '=', hash)
          .where('used_at', 'is', null)
          .where('ends_at', '>', now)
          .executeTakeFirst()
  if (!link) throw new Declined('link_over')
  return link
}

/** Uses the link up; of two at once one gets through. Throws `Declined` (link_over). */
export async function useLink(trx: Db, { id }: Link, now: Date): Promise<void> {
  const { numUpdatedRows } = await trx
    .updateTable('operator_links')
    .set({ used_at: now })
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow()
  if (numUpdatedRows === 0n) throw new Declined('link_over')
}

/** Older links of this person no longer work. */
export async function endLinksOf(trx: Db, operatorId: number, now: Date): Promise<void> {
  await trx
    .updateTable('operator_links')
    .set({ used_at: now })
    .where('operator_id', '=', operatorId)
    .where('used_at', 'is', null)
    .execute()
}

/** Older invitations of this e-mail to this place no longer work; those of other places are not ours to end. */
export async function endInvitations(trx: Db, email: string, place: Scope, now: Date): Promise<void> {
  await trx
    .updateTable('operator_links')
    .set({ used_at: now })
    .where('email', '=', email)
    .where('merchant_id', 'is not distinct from', place.merchant_id)
    .where('provider_mchid', 'is not distinct from', place.provider_mchid)
    .where('used_at', 'is', null)
    .execute()
}
