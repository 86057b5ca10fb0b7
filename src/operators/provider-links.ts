import type { Db } from '../plumbing/storage/database.ts'
import { sqlStateOf, uniqueViolation } from '../plumbing/storage/sqlstates.ts'
import { writeAudit } from './audit/write.ts'
import { Declined } from './rights/declined.ts'
import { requireFreshCode, requireMay } from './rights/guard.ts'
import type { Parts } from './rights/parts.ts'
import { doerOf, type Person } from './rights/person.ts'
import { ofMerchant } from './rights/scope.ts'

/** A provider's number that the merchant names, and since when an owner lets its people in; null: they see nothing. */
export type ProviderLink = { mchid: string; accepted_by: string | null; accepted_at: Date | null }

/** Every provider's number of the merchant. */
export function providerLinksOf(db: Db, merchantId: number): Promise<ProviderLink[]> {
  return db
    .selectFrom('accounts as a')
    .leftJoin('provider_links as l', (join) =>
      join.onRef('l.merchant_id', '=', 'a.merchant_id').onRef('l.mchid', '=', 'a.mchid').on('l.ended_at', 'is', null),
    )
    .select(['a.mchid', 'l.accepted_by', 'l.accepted_at'])
    .where('a.merchant_id', '=', merchantId)
    .where('a.role', '=', 'provider')
    .orderBy('a.mchid')
    .execute()
}

type Link = { merchantId: number; mchid: string }

/** From now on the provider's people see the merchant. Needs a fresh code. Throws `Declined`. */
export async function acceptProvider(parts: Parts, person: Person, { merchantId, mchid }: Link): Promise<void> {
  await change(parts, person, { merchantId, mchid }, async (trx, now) => {
    const row = { merchant_id: merchantId, mchid, accepted_by: person.email, accepted_at: now }
    try {
      await trx
        .insertInto('provider_links')
        .values({ ...row, ended_by: null, ended_at: null })
        .execute()
    } catch (error) {
      throw sqlStateOf(error) === uniqueViolation ? new Declined('link_standing') : error
    }
    return { act: 'provider_accepted', after: { mchid } } as const
  })
}

/** From the next request on they no longer do. Needs a fresh code. Throws `Declined`. */
export async function endProvider(parts: Parts, person: Person, { merchantId, mchid }: Link): Promise<void> {
  await change(parts, person, { merchantId, mchid }, async (trx, now) => {
    const { numUpdatedRows } = await trx
      .updateTable('provider_links')
      .set({ ended_by: person.email, ended_at: now })
      .where('merchant_id', '=', merchantId)
      .where('mchid', '=', mchid)
      .where('ended_at', 'is', null)
      .executeTakeFirstOrThrow()
    if (numUpdatedRows === 0n) throw new Declined('link_standing')
    return { act: 'provider_ended', before: { mchid } } as const
  })
}

type Told = { act: 'provider_accepted' | 'provider_ended'; before?: object; after?: object }

async function change(
  { db, clock }: Parts,
  person: Person,
  { merchantId, mchid }: Link,
  deed: (trx: Db, now: Date) => Promise<Told>,
): Promise<void> {
  const scope = ofMerchant(merchantId)
  requireMay(person, 'manage_staff', scope)
  requireFreshCode(person, clock)
  await db.transaction().execute(async (trx) => {
    const known = (await providerLinksOf(trx, merchantId)).some((link) => link.mchid === mchid)
    if (!known) throw new Declined('not_found')
    const now = clock.now()
    const told = await deed(trx, now)
    await writeAudit(trx, {
      at: now,
      by: doerOf(person),
      scope,
      subject: `服务商号 ${mchid}`,
      ...(told as { act: Told['act'] }),
    })
  })
}
