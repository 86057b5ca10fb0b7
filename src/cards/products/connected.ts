import { anyCard } from '../../merchants/any-card.ts'
import type { CardProduct, Merchant } from '../../merchants/merchant.ts'

/**
 * The product of a card as the merchant file connects it: by its own id, or else among all cards of a brand or number.
 * `isIts` tells one that has more than one candidate, as by the number under which a notice came.
 */
export function connectedCard(
  { cards }: Pick<Merchant, 'cards'>,
  cardId: string,
  isIts: (product: CardProduct) => boolean = () => true,
): CardProduct | undefined {
  const own = cards.find((product) => product.cardId === cardId)
  if (own) return isIts(own) ? own : undefined
  const all = cards.find((product) => product.cardId.startsWith(anyCard) && isIts(product))
  return all && { ...all, cardId }
}

/** The products that name their card, which alone can be asked about without a member's. */
export function namedCards({ cards }: Pick<Merchant, 'cards'>): CardProduct[] {
  return cards.filter(({ cardId }) => !cardId.startsWith(anyCard))
}
