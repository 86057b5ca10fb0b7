import { AskAgain } from '../plumbing/ask-again.ts'
import type { Awarded } from '../grants/awarded.ts'
import { closedReason } from '../grants/campaign-window.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import { activateCard } from './activate.ts'
import type { CardOpening } from './card-opening.ts'
import { findCard, recordCard } from './openings.ts'
import { type Applied, applyCard } from './apply-opening.ts'
import { cardOfLanding } from './landing-card.ts'
import { isOverdue } from './unproven.ts'

/**
 * The parameters that WeChat appends to the landing page's address, decoded once (docs/wechat/official-account.md 5.2).
 */
export type LandingQuery = Record<string, string | string[] | undefined>

export type Landing =
  /** One award for each card_open campaign that the card has earned in; none when the merchant has no such campaign. */
  | { kind: 'opened'; awards: Awarded[] }
  /** Active, but WeChat has not reported yet when it was taken. `sinceMs`: how long we have known that it is active. */
  | { kind: 'waiting'; sinceMs: number }
  /** The same, for so long that an operator should look. */
  | { kind: 'unproven' }
  /** An older card, or (`gifted`) one from a friend, when the campaigns want new cards. */
  | { kind: 'not_new' }
  | { kind: 'gifted' }
  | { kind: 'not_yours' }
  | { kind: 'not_active' }
  | { kind: 'later' }
  | { kind: 'invalid' }

const labelMaxLength = 64

/**
 * Handles a member, known by OAuth, who opens the card-open landing page. The address proves nothing: the card code is
 * decrypted and looked up at WeChat, and the card must belong to the member of the session; the openid in the address
 * is not read. A card of the jump type is inactive until we activate it. That a card is active does not show since
 * when, so a campaign for new cards waits for proof of that. Safe to repeat, and harmless when another person opens the
 * address. Throws what the database throws, and what a faulty campaign throws if no other campaign gave anything.
 */
export async function openFromLanding(
  services: Services,
  merchant: Merchant,
  openid: string,
  query: LandingQuery,
): Promise<Landing> {
  const named = { cardId: one(query.card_id), encryptCode: base64(query.encrypt_code) }
  const landed = await cardOfLanding(services, merchant, openid, named)
  if (landed.kind !== 'found') return landed
  const { card, checked } = landed
  if (checked.openid !== openid) return { kind: 'not_yours' }
  if (!checked.usable) return { kind: 'not_active' }

  const ticket = base64(query.activate_ticket)
  // Only a card of the jump type comes with a ticket. A card that is active as soon as it is taken may lack the flag.
  const waits =
    checked.activity === 'inactive' ||
    (checked.activity === 'not_told' && ticket !== '' && !(await findCard(services.db, merchant, card))?.active_at)
  const activity = waits ? await activateCard(services, merchant, { ...card, openid, ticket }) : 'active'
  if (activity !== 'active') return { kind: activity }
  const channel = one(query.outer_str).slice(0, labelMaxLength) || undefined
  const activeAt = services.clock.now()
  const opening = await recordCard(services, merchant, { source: 'landing', ...card, openid, channel, activeAt })
  if (!opening) return { kind: 'opened', awards: [] }
  return landOn(services, merchant, opening)
}

/**
 * Makes the awards that an active card has earned, and says what its member sees. Throws what a faulty campaign throws if
 * no other campaign gave anything.
 */
export async function landOn(services: Services, merchant: Merchant, opening: CardOpening): Promise<Landing> {
  const { applied, fault } = await applyCard(services, merchant, opening)
  const landing = landingOf(applied, opening.active_at as Date, services.clock.now())
  // A member who was given something sees it, even if another campaign failed.
  if (!fault || isGiven(landing)) return landing
  if (fault instanceof AskAgain) return { kind: 'later' }
  throw fault
}

function landingOf(applied: Applied[], activeAt: Date, now: Date): Landing {
  const awards = applied.map(({ awarded }) => awarded).filter((awarded) => awarded !== undefined)
  const opened: Landing = { kind: 'opened', awards }
  if (isGiven(opened)) return opened
  const open = applied.filter(({ campaign }) => closedReason(campaign, now) === undefined)
  const stands = (kind: Applied['verdict']['kind']) => open.some(({ verdict }) => verdict.kind === kind)
  if (stands('unproven')) {
    if (isOverdue(activeAt, now)) return { kind: 'unproven' }
    return { kind: 'waiting', sinceMs: now.getTime() - activeAt.getTime() }
  }
  if (awards.length > 0) return opened
  if (stands('not_new')) return { kind: 'not_new' }
  return stands('gifted') ? { kind: 'gifted' } : opened
}

function isGiven(landing: Landing): boolean {
  return landing.kind === 'opened' && landing.awards.some(({ kind }) => kind !== 'turned_away')
}

/** A parameter that occurs twice is ignored: WeChat appends each one once. */
function one(value: string | string[] | undefined): string {
  return typeof value === 'string' ? value : ''
}

/** A plus sign that was not percent-encoded arrives as a space, which base64 does not have. */
export function base64(value: string | string[] | undefined): string {
  return one(value).replaceAll(' ', '+')
}
