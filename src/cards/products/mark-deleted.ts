import type { CardProduct, Merchant } from '../../merchants/merchant.ts'
import type { Services } from '../../services.ts'
import { recordCard } from '../openings.ts'

/**
 * Writes that a member deleted a card; it stays written that they have had one. Without a code, it is written on what is
 * known of the member's cards of this template. Returns how many cards it concerns.
 */
export async function markDeleted(
  services: Services,
  merchant: Merchant,
  { kind: source, cardId }: CardProduct,
  { openid, code, at }: { openid: string; code: string | undefined; at: Date },
): Promise<number> {
  if (code !== undefined) {
    const facts = { source, cardId, cardCode: code, openid, deletedAt: at }
    return (await recordCard(services, merchant, facts)) ? 1 : 0
  }
  const { numUpdatedRows } = await services.db
    .updateTable('card_openings')
    .set({ deleted_at: at })
    .where('merchant_id', '=', merchant.id)
    .where('card_id', '=', cardId)
    .where('openid', '=', openid)
    .where('deleted_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(numUpdatedRows)
}
