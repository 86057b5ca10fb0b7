import type { Logger } from 'pino'
import type { Db } from '../database.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { CardOpening } from './card-opening.ts'

/**
 * Writes a card opening once by its code and returns what stands: the first report, whichever door it came through.
 * One that names another member for the same card changes nothing and is logged.
 */
export async function recordOpening(
  { db, log }: { db: Db; log: Logger },
  merchant: Merchant,
  opening: CardOpening,
): Promise<{ openid: string; openedAt: Date }> {
  const inserted = await db
    .insertInto('card_openings')
    .values({
      merchant_id: merchant.id,
      openid: opening.openid,
      card_id: opening.cardId,
      card_code: opening.cardCode,
      source: opening.source,
      channel: opening.channel ?? null,
      opened_at: opening.openedAt,
    })
    .onConflict((conflict) => conflict.columns(['merchant_id', 'card_id', 'card_code']).doNothing())
    .returning('id')
    .executeTakeFirst()
  if (inserted) return { openid: opening.openid, openedAt: opening.openedAt }

  const first = await db
    .selectFrom('card_openings')
    .select(['openid', 'opened_at'])
    .where('merchant_id', '=', merchant.id)
    .where('card_id', '=', opening.cardId)
    .where('card_code', '=', opening.cardCode)
    .executeTakeFirstOrThrow()
  if (first.openid !== opening.openid) {
    log.warn(
      { merchant: merchant.slug, card_id: opening.cardId, source: opening.source },
      'card reported for two members: the first report stands',
    )
  }
  return { openid: first.openid, openedAt: first.opened_at }
}
