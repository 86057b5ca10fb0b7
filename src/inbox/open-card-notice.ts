import { AskAgain } from '../plumbing/ask-again.ts'
import { applyOpening } from '../cards/apply-opening.ts'
import type { CardFacts } from '../cards/card-opening.ts'
import { findCard, recordCard } from '../cards/openings.ts'
import type { HeldCard } from '../cards/products/driver.ts'
import { markDeleted } from '../cards/products/mark-deleted.ts'
import { openDriver } from '../cards/products/open-driver.ts'
import { templateFits } from '../cards/products/template-fits.ts'
import type { CardProduct, Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import type { OpenNotice } from '../wechat/membercard-open/notice.ts'

/** A card that was taken is followed by a notice of its activation, or else looked up after this time. */
const activationWithinMs = 10 * 60_000
/** WeChat may answer a moment late that a card is active of whose activation it has told. */
const looksForActivation = 4

/** When the inbox got a notice, and how often it was tried. */
export type Arrived = { at: Date; attempts: number }

/**
 * Applies a notice of membercard-open. Only the activation of a card that is new pays (docs/wechat/member-cards.md 4.1,
 * 5). Returns why it brought nothing; throws `AskAgain` while that may change.
 */
export async function applyOpenNotice(
  services: Services,
  merchant: Merchant,
  product: CardProduct,
  told: { kind: string; notice: OpenNotice; arrived: Arrived },
): Promise<string | undefined> {
  const { kind, notice, arrived } = told
  if (kind === 'USERCARD_MANAGE') return managed(services, merchant, product, notice)
  if (kind === 'ACTIVATE_CARD') return activated(services, merchant, product, notice, arrived)
  return kind === 'ACCEPT_CARD' ? accepted(services, merchant, product, notice, arrived) : `a ${kind} of no use here`
}

async function managed(services: Services, merchant: Merchant, product: CardProduct, notice: OpenNotice) {
  if (notice.event_type !== 'USER_DELETE_MEMBERCARD') return 'a card that was looked at or changed'
  const { openid, code, event_time: at } = notice
  await markDeleted(services, merchant, product, { openid, code, at })
  return 'a card that was deleted'
}

async function activated(
  services: Services,
  merchant: Merchant,
  product: CardProduct,
  notice: OpenNotice,
  { attempts }: Arrived,
): Promise<string | undefined> {
  const { activate_scene: scene, event_time: at } = notice
  const card = await cardOf(services, merchant, product, notice)
  if (typeof card === 'string') return card
  const facts = factsOf(product, notice, card.code)
  if (scene === 'RECOVER') {
    await recordCard(services, merchant, { ...facts, restoredAt: at })
    return 'a card that was only fetched back'
  }
  if (card.state === 'gone') return 'a card that is no longer in force'
  if (card.state !== 'active') {
    if (attempts < looksForActivation) throw new AskAgain('the card is not active yet')
    return 'a card that is not active'
  }
  if (scene !== 'NEW_ACTIVATE') {
    await applyOpening(services, merchant, { ...facts, activeAt: at })
    return 'a card whose activation does not say that it is new'
  }
  await applyOpening(services, merchant, { ...facts, takenAt: at, activeAt: at })
  return undefined
}

/** A card that was taken earns with its activation; where none is told of, WeChat is asked. */
async function accepted(
  services: Services,
  merchant: Merchant,
  product: CardProduct,
  notice: OpenNotice,
  { at: arrivedAt }: Arrived,
): Promise<string | undefined> {
  if (services.clock.now().getTime() - arrivedAt.getTime() < activationWithinMs)
    throw new AskAgain('the card is not told to be active yet')
  const card = await cardOf(services, merchant, product, notice)
  if (typeof card === 'string') return card
  const facts = factsOf(product, notice, card.code)
  const { event_type: kind, event_time: at } = notice
  if (kind === 'RECOVER') {
    await recordCard(services, merchant, { ...facts, restoredAt: at })
    return 'a card that was only fetched back'
  }
  const known = await findCard(services.db, merchant, facts)
  if (known?.active_at || known?.restored_at) return undefined
  if (card.state !== 'active') return 'a card that was taken and is not active'
  const takenAt = kind === 'NEW_ACTIVATE' ? { takenAt: at } : {}
  await applyOpening(services, merchant, { ...facts, ...takenAt, activeAt: at })
  return undefined
}

type KnownCard = HeldCard & { code: string }

/** The card as WeChat has it now, if it is the notice's member's; a text says why it is not. */
async function cardOf(
  services: Services,
  merchant: Merchant,
  product: CardProduct,
  { openid, code: told }: OpenNotice,
): Promise<KnownCard | string> {
  const fits = await templateFits(services, merchant, product)
  if (fits === 'later') throw new AskAgain('the card cannot be looked up at this moment')
  if (fits !== 'fits') return fits.refused
  const driver = openDriver(services, merchant, product)
  const code = told ?? (await codeOf(driver, openid))
  if (code === undefined) return 'a card without a code'
  const held = await driver.read({ openid, code })
  if (held.kind === 'later') throw new AskAgain('the card cannot be looked up at this moment')
  if (held.kind === 'refused') return held.words
  if (held.kind === 'none') return 'a card that WeChat does not know'
  return held.value.openid === openid ? { ...held.value, code } : 'a card that belongs to somebody else'
}

async function codeOf(driver: ReturnType<typeof openDriver>, openid: string): Promise<string | undefined> {
  const listed = await driver.list(openid)
  if (listed.kind === 'later') throw new AskAgain('the card cannot be looked up at this moment')
  return listed.kind === 'ok' ? listed.value[0]?.code : undefined
}

function factsOf({ cardId }: CardProduct, { openid, outer_str }: OpenNotice, cardCode: string): CardFacts {
  return { source: 'membercard_open', cardId, cardCode, openid, channel: outer_str?.slice(0, 64) }
}
