import { mayAsk } from '../../members/asks-of-member.ts'
import type { CardProduct, Merchant } from '../../merchants/merchant.ts'
import type { Services } from '../../services.ts'
import { markEarlierCard } from '../earlier-cards.ts'
import { base64, type Landing, type LandingQuery, landOn } from '../landing.ts'
import { recordCard } from '../openings.ts'
import { openDriver } from './open-driver.ts'

/** Who comes to the page of a card, with what WeChat appended to its address. */
export type Visitor = { openid: string; query: LandingQuery }

/** WeChat's longest code and ticket have 256 characters. */
const sealedMaxLength = 1_024
/** WeChat's words for a member who had this card before (docs/wechat/member-cards.md 4). */
const takenBefore = '已经领取过该卡'

/**
 * The landing page of a membercard-open card that its member filled in a form for: decrypts the code, sees that the card
 * is the member's, and activates it. The activation proves nothing about when the card was taken, since a deleted card
 * that was fetched back may come this way too: WeChat's notice tells (docs/wechat/member-cards.md 4, 5).
 */
export async function openFromJump(
  services: Services,
  merchant: Merchant,
  product: CardProduct,
  { openid, query }: Visitor,
): Promise<Landing> {
  const [sealed, ticket] = [base64(query.encrypt_code), base64(query.activate_ticket)]
  if (sealed === '' || sealed.length > sealedMaxLength || ticket.length > sealedMaxLength) return { kind: 'invalid' }
  if (!(await mayAsk(services.cache, 'card', merchant, openid))) return { kind: 'later' }
  const driver = openDriver(services, merchant, product)
  const decrypted = await driver.decrypt(sealed)
  if (decrypted.kind !== 'ok') return { kind: decrypted.kind === 'later' ? 'later' : 'invalid' }
  const code = decrypted.value
  const held = await driver.read({ openid, code })
  if (held.kind !== 'ok') return { kind: held.kind === 'later' ? 'later' : 'invalid' }
  if (held.value.openid !== openid) return { kind: 'not_yours' }
  if (held.value.state === 'gone') return { kind: 'not_active' }
  if (held.value.state !== 'active') {
    const active = await activate(services, merchant, product, { code, ticket })
    if (active !== 'active') return { kind: active }
  }
  const facts = { source: product.kind, cardId: product.cardId, cardCode: code, openid }
  const opening = await recordCard(services, merchant, { ...facts, activeAt: services.clock.now() })
  return opening ? landOn(services, merchant, opening) : { kind: 'not_yours' }
}

async function activate(
  services: Services,
  merchant: Merchant,
  product: CardProduct,
  { code, ticket }: { code: string; ticket: string },
): Promise<'active' | 'not_active' | 'later'> {
  if (ticket === '') return 'not_active'
  const driver = openDriver(services, merchant, product)
  const form = await driver.form(ticket)
  if (form.kind !== 'ok') return form.kind === 'later' ? 'later' : 'not_active'
  const activated = await driver.activate(code)
  if (activated.kind === 'refused' && activated.words.includes(takenBefore)) {
    await markEarlierCard(services.db, merchant, { cardId: product.cardId, cardCode: code })
    return 'active'
  }
  if (activated.kind === 'later') return 'later'
  return activated.kind === 'ok' ? 'active' : 'not_active'
}
