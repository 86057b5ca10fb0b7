import type { Selectable } from 'kysely'
import type { Merchant } from '../merchants/merchant.ts'
import { writeAudit } from '../operators/audit/write.ts'
import { Declined } from '../operators/rights/declined.ts'
import { requireMay } from '../operators/rights/guard.ts'
import { doerOf, type Person } from '../operators/rights/person.ts'
import { ofMerchant } from '../operators/rights/scope.ts'
import { hashOf, hashOfToken, newToken } from '../operators/tokens.ts'
import { dayMs } from '../plumbing/clock.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { GuideHalf, GuideSharesTable } from '../plumbing/storage/schema.ts'
import type { Services } from '../services.ts'

/** Long enough for an application to be answered, short enough to be forgotten. */
const lifeMs = 7 * dayMs

/**
 * Makes a link at which anybody who has it sees one half of the merchant's steps for seven days; an older link to the
 * same half no longer works. Returns its token, which is stored nowhere. Throws `Declined`.
 */
export async function shareGuide(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  person: Person,
  merchant: Pick<Merchant, 'id' | 'slug'>,
  half: GuideHalf,
): Promise<string> {
  const scope = ofMerchant(merchant.id)
  requireMay(person, 'keep_steps', scope)
  const token = newToken()
  const now = clock.now()
  const ends = new Date(now.getTime() + lifeMs)
  const made = { token_hash: hashOf(token), made_by: person.email, made_at: now, ends_at: ends }
  await db.transaction().execute(async (trx) => {
    await trx
      .insertInto('guide_shares')
      .values({ ...made, merchant_id: merchant.id, half })
      .onConflict((conflict) => conflict.columns(['merchant_id', 'half']).doUpdateSet(made))
      .execute()
    const deed = { at: now, by: doerOf(person), act: 'guide_shared', scope, subject: merchant.slug } as const
    await writeAudit(trx, { ...deed, after: { half, ends } })
  })
  return token
}

/** What the link shows. Throws `Declined` (share_over) when it ended, was replaced, or never was. */
export async function readShare(db: Db, token: string, now: Date): Promise<Selectable<GuideSharesTable>> {
  const share = await db
    .selectFrom('guide_shares')
    .selectAll()
    .where('token_hash', '=', hashOfToken(token) ?? '')
    .where('ends_at', '>', now)
    .executeTakeFirst()
  if (!share) throw new Declined('share_over')
  return share
}

/** The merchant's links that still work; the link itself is stored nowhere. */
export function sharesOf(db: Db, merchantId: number, now: Date): Promise<Selectable<GuideSharesTable>[]> {
  return db
    .selectFrom('guide_shares')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('ends_at', '>', now)
    .orderBy('half')
    .execute()
}

/** Ends the link to this half. Throws `Declined`: not allowed, or no link of it works. */
export async function endShare(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  person: Person,
  merchant: Pick<Merchant, 'id' | 'slug'>,
  half: GuideHalf,
): Promise<void> {
  const scope = ofMerchant(merchant.id)
  requireMay(person, 'keep_steps', scope)
  await db.transaction().execute(async (trx) => {
    const now = clock.now()
    const { numUpdatedRows } = await trx
      .updateTable('guide_shares')
      .set({ ends_at: now })
      .where('merchant_id', '=', merchant.id)
      .where('half', '=', half)
      .where('ends_at', '>', now)
      .executeTakeFirstOrThrow()
    if (numUpdatedRows === 0n) throw new Declined('share_over')
    const deed = { at: now, by: doerOf(person), act: 'guide_share_ended', scope, subject: merchant.slug } as const
    await writeAudit(trx, { ...deed, before: { half } })
  })
}
