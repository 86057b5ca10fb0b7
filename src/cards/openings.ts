import { sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import type { CardFacts, CardOpening } from './card-opening.ts'
import { isEarlier } from './earlier-cards.ts'

/**
 * Adds reported facts to what is known about a card, and returns everything known. Repeated reports and their order
 * make no difference. Facts that name another member than the first report change nothing and are logged; then it
 * returns undefined.
 */
export async function recordCard(
  { db, log }: Services,
  merchant: Merchant,
  facts: CardFacts,
): Promise<CardOpening | undefined> {
  const opening = await db
    .insertInto('card_openings')
    .values({
      merchant_id: merchant.id,
      openid: facts.openid,
      card_id: facts.cardId,
      card_code: facts.cardCode,
      source: facts.source,
      channel: facts.channel ?? null,
      taken_at: facts.takenAt ?? null,
      vouched_at: facts.vouchedAt ?? null,
      activated_at: facts.activatedAt ?? null,
      restored_at: facts.restoredAt ?? null,
      deleted_at: facts.deletedAt ?? null,
      active_at: facts.activeAt ?? null,
      gifted: facts.gifted ?? false,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['merchant_id', 'card_id', 'card_code'])
        .doUpdateSet({
          channel: sql`coalesce(card_openings.channel, excluded.channel)`,
          taken_at: sql`least(card_openings.taken_at, excluded.taken_at)`,
          vouched_at: sql`least(card_openings.vouched_at, excluded.vouched_at)`,
          activated_at: sql`least(card_openings.activated_at, excluded.activated_at)`,
          restored_at: sql`least(card_openings.restored_at, excluded.restored_at)`,
          deleted_at: sql`least(card_openings.deleted_at, excluded.deleted_at)`,
          active_at: sql`least(card_openings.active_at, excluded.active_at)`,
          gifted: sql`card_openings.gifted or excluded.gifted`,
        })
        .whereRef('card_openings.openid', '=', 'excluded.openid'),
    )
    .returningAll()
    .returning(isEarlier.as('earlier'))
    .executeTakeFirst()
  if (!opening) {
    log.warn(
      { merchant: merchant.slug, card_id: facts.cardId, source: facts.source },
      'card reported for two members: the first report stands',
    )
  }
  return opening
}

/** Returns what is known about a card; undefined when it was never reported. */
export async function findCard(
  db: Db,
  merchant: Merchant,
  card: { cardId: string; cardCode: string },
): Promise<CardOpening | undefined> {
  return db
    .selectFrom('card_openings')
    .selectAll()
    .select(isEarlier.as('earlier'))
    .where('merchant_id', '=', merchant.id)
    .where('card_id', '=', card.cardId)
    .where('card_code', '=', card.cardCode)
    .executeTakeFirst()
}

/** Returns every card that a member has or had, as far as we know. */
export async function memberCards(db: Db, merchant: Merchant, openid: string): Promise<CardOpening[]> {
  return db
    .selectFrom('card_openings')
    .selectAll()
    .select(isEarlier.as('earlier'))
    .where('merchant_id', '=', merchant.id)
    .where('openid', '=', openid)
    .execute()
}

/** Removes the time of our activation: WeChat refused it, so it proves nothing. */
export async function forgetActivation(db: Db, opening: CardOpening): Promise<void> {
  await db
    .updateTable('card_openings')
    .set({ activated_at: null })
    .where('id', '=', opening.id)
    .where('active_at', 'is', null)
    .execute()
}
