import { AskAgain } from '../../plumbing/ask-again.ts'
import { kept } from '../../plumbing/cache.ts'
import { mayAsk } from '../../members/asks-of-member.ts'
import type { CardProduct, Merchant } from '../../merchants/merchant.ts'
import type { Services } from '../../services.ts'
import { type Landing, landOn } from '../landing.ts'
import { memberCards, recordCard } from '../openings.ts'
import { brandDriver } from './brand-driver.ts'
import type { HeldCard, Told } from './driver.ts'
import { joinCard } from './join-card.ts'
import { openFromJump, type Visitor } from './open-landing.ts'

/**
 * Handles a member, known by OAuth, who comes back from opening a card of WeChat Pay. What is known of the card decides;
 * where nothing is, WeChat is asked, since a notice may be late or lost (docs/wechat/member-cards.md 2.5). Nothing in the
 * address proves anything. Safe to repeat.
 */
export async function openFromProduct(
  services: Services,
  merchant: Merchant,
  product: CardProduct,
  visitor: Visitor,
): Promise<Landing> {
  const { openid } = visitor
  const cards = await memberCards(services.db, merchant, openid)
  const known = cards.findLast((card) => card.card_id === product.cardId && card.active_at && !card.deleted_at)
  if (known) return landOn(services, merchant, known)
  if (product.kind === 'membercard_open') return openFromJump(services, merchant, product, visitor)
  const listed = await cardsOf(services, merchant, product, openid)
  const newest = listed.kind === 'ok' ? newestOf(listed.value) : undefined
  if (!newest?.takenAt) return { kind: 'later' }
  try {
    return await joined(services, merchant, product, { ...newest, openid, pickedUpAt: newest.takenAt })
  } catch (fault) {
    if (fault instanceof AskAgain) return { kind: 'later' }
    throw fault
  }
}

/** Many pages of one member, or one that is loaded again and again, are one question. */
const lists = kept<string, Told<HeldCard[]>>({ most: 5_000, ageMs: 2_000 })

async function cardsOf(
  services: Services,
  merchant: Merchant,
  product: CardProduct,
  openid: string,
): Promise<Told<HeldCard[]>> {
  const { cache } = services
  return cache.read(lists, `${product.id}/${product.cardId}/${openid}`, async () =>
    (await mayAsk(cache, 'card', merchant, openid))
      ? brandDriver(services, merchant, product).list(openid)
      : { kind: 'later' },
  )
}

function newestOf(cards: HeldCard[]): HeldCard | undefined {
  const standing = cards.filter(({ state }) => state === 'active' || state === 'inactive')
  return standing.toSorted((a, b) => (b.takenAt?.getTime() ?? 0) - (a.takenAt?.getTime() ?? 0))[0]
}

async function joined(
  services: Services,
  merchant: Merchant,
  product: CardProduct,
  card: HeldCard & { openid: string; pickedUpAt: Date },
): Promise<Landing> {
  const { openid, code, state } = card
  if (product.confirm === 'crm' && state === 'active' && code) {
    // Whether the merchant's system confirmed it or it came by an order, only the notice tells.
    const facts = { source: product.kind, cardId: product.cardId, cardCode: code, openid }
    const opening = await recordCard(services, merchant, { ...facts, activeAt: services.clock.now() })
    return opening ? landOn(services, merchant, opening) : { kind: 'not_yours' }
  }
  const { join } = await joinCard(services, merchant, product, card)
  const cards = await memberCards(services.db, merchant, openid)
  const opening = cards.find((each) => each.card_id === product.cardId && each.card_code === join?.card_code)
  return opening?.active_at ? landOn(services, merchant, opening) : { kind: 'not_active' }
}
