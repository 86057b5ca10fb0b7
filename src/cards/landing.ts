import { type Awarded, AwardUndecided } from '../claims/award.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import type { CardOpening } from './card-opening.ts'
import { checkCard } from './check.ts'
import { settleOpening } from './settle-opening.ts'

/** What WeChat appends to the landing page's address, decoded once (wechat/official-account.md 5.2). */
export type LandingQuery = Record<string, string | string[] | undefined>

export type Landing =
  /** One award for each card_open campaign that takes this card; none when the merchant has no such campaign. */
  | { kind: 'opened'; awards: Awarded[] }
  | { kind: 'not_yours' }
  | { kind: 'not_active' }
  | { kind: 'later' }
  | { kind: 'invalid' }

const cardIdShape = /^[0-9A-Za-z_-]{1,64}$/
/** Base64; its length is undocumented, the ones seen are below 200. */
const sealedMaxLength = 1_024
const labelMaxLength = 64

/**
 * A member, known by OAuth, stands on the card-open landing page. The address proves nothing: the code is decrypted and
 * looked up at WeChat, and the card must be the session's own; the address's openid is not even read. A card of the jump
 * type waits for us to make it active. Harmless to repeat, and for a second person. Throws what the database throws.
 */
export async function openFromLanding(
  services: Services,
  merchant: Merchant,
  openid: string,
  query: LandingQuery,
): Promise<Landing> {
  const cardId = one(query.card_id)
  const encryptCode = base64(query.encrypt_code)
  if (!cardIdShape.test(cardId) || encryptCode === '' || encryptCode.length > sealedMaxLength)
    return { kind: 'invalid' }

  const official = services.official(merchant)
  const decrypted = await official.decryptCardCode(encryptCode)
  if (decrypted.kind === 'refusal') return { kind: 'invalid' }
  if (decrypted.kind !== 'ok') return { kind: 'later' }
  const { code } = decrypted.body
  const checked = await checkCard(official, cardId, code)
  if (checked.kind === 'unknown') return { kind: 'invalid' }
  if (checked.kind === 'later') return checked
  if (checked.openid !== openid) return { kind: 'not_yours' }
  if (!checked.usable) return { kind: 'not_active' }
  if (!checked.active) {
    // Only WeChat's form hands out a ticket; without one the member has not filled it in.
    if (base64(query.activate_ticket) === '') return { kind: 'not_active' }
    const activated = await official.activateMemberCard({ cardId, code, membershipNumber: code })
    if (activated.kind !== 'ok') return { kind: activated.kind === 'refusal' ? 'not_active' : 'later' }
  }
  return settle(services, merchant, {
    source: 'landing',
    cardId,
    cardCode: code,
    openid,
    openedAt: services.clock.now(),
    channel: one(query.outer_str).slice(0, labelMaxLength) || undefined,
  })
}

async function settle(services: Services, merchant: Merchant, opening: CardOpening): Promise<Landing> {
  try {
    return { kind: 'opened', awards: await settleOpening(services, merchant, opening) }
  } catch (error) {
    if (error instanceof AwardUndecided) return { kind: 'later' }
    throw error
  }
}

/** A parameter that came twice is nobody's: WeChat appends each once. */
function one(value: string | string[] | undefined): string {
  return typeof value === 'string' ? value : ''
}

/** A plus sign that was not percent-encoded arrives as a space, which base64 does not have. */
function base64(value: string | string[] | undefined): string {
  return one(value).replaceAll(' ', '+')
}
