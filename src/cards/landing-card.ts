import { kept } from '../plumbing/cache.ts'
import { mayAsk } from '../members/asks-of-member.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import { type CheckedCard, checkCard } from './check.ts'

/** The card that a landing address names, as WeChat knows it. */
export type LandedCard =
  | { kind: 'found'; card: { cardId: string; cardCode: string }; checked: Extract<CheckedCard, { kind: 'known' }> }
  | { kind: 'invalid' }
  | { kind: 'later' }

const cardIdShape = /^[0-9A-Za-z_-]{1,64}$/
/** Base64. WeChat documents no length; those seen are below 200. */
const sealedMaxLength = 1_024

/** A sealed code always means the same: a page that is loaded again needs no second answer. */
const opened = kept<string, { code: string } | 'refused'>({ most: 5_000, ageMs: 60_000 })

/**
 * Decrypts the card code of a landing address and looks the card up, both at WeChat. The address can be made up, so a
 * member causes only so many questions in a minute, and an answer about a code is remembered for a minute.
 */
export async function cardOfLanding(
  services: Services,
  merchant: Merchant,
  openid: string,
  named: { cardId: string; encryptCode: string },
): Promise<LandedCard> {
  const { cardId, encryptCode } = named
  if (!cardIdShape.test(cardId) || encryptCode === '' || encryptCode.length > sealedMaxLength)
    return { kind: 'invalid' }
  const code = await openCode(services, merchant, openid, encryptCode)
  if (code === 'refused') return { kind: 'invalid' }
  if (code === 'later' || !(await mayAsk(services.cache, 'card', merchant, openid))) return { kind: 'later' }
  const card = { cardId, cardCode: code.code }
  const checked = await checkCard(services.official(merchant), cardId, card.cardCode)
  if (checked.kind === 'unknown') return { kind: 'invalid' }
  return checked.kind === 'later' ? checked : { kind: 'found', card, checked }
}

async function openCode(
  services: Services,
  merchant: Merchant,
  openid: string,
  encryptCode: string,
): Promise<{ code: string } | 'refused' | 'later'> {
  const key = `${merchant.id}/${encryptCode}`
  const known = services.cache.get(opened, key)
  if (known) return known
  if (!(await mayAsk(services.cache, 'card', merchant, openid))) return 'later'
  const decrypted = await services.official(merchant).decryptCardCode(encryptCode)
  if (decrypted.kind !== 'ok' && decrypted.kind !== 'refusal') return 'later'
  const answer = decrypted.kind === 'ok' ? { code: decrypted.body.code } : 'refused'
  services.cache.set(opened, key, answer)
  return answer
}
