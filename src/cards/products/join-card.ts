import { AskAgain } from '../../plumbing/ask-again.ts'
import { dayMs } from '../../plumbing/clock.ts'
import type { CardProduct, Merchant } from '../../merchants/merchant.ts'
import type { Services } from '../../services.ts'
import { type Applied, applyOpening } from '../apply-opening.ts'
import { markEarlierCard } from '../earlier-cards.ts'
import { brandDriver } from './brand-driver.ts'
import type { HeldCard, Told } from './driver.ts'
import { type CardJoin, type Joining, openJoin, settleJoin } from './joins.ts'
import { ownCode } from './own-code.ts'
import { templateFits } from './template-fits.ts'

/** A joining as a notice or a list of WeChat's tells of it. */
export type ToldJoining = Omit<Joining, 'inForce'> & { state: HeldCard['state'] }

/** `note`: why the joining brings nothing. */
export type Joined = { join: CardJoin | undefined; applied: Applied[]; note?: string }

/** For how long WeChat is told again that a member has joined; how long it waits is not known. */
const confirmForMs = dayMs

/**
 * Brings a joining to a card in force, and makes the awards that it earns: WeChat is told that the member has joined, or
 * asked until the merchant's own system has told it (docs/wechat/member-cards.md 2.4). Safe to repeat, also by two
 * processes at the same time. A card that is in force before anybody confirmed came by an order or an import: its member
 * is an existing one. Throws `AskAgain` while WeChat's answer is open.
 */
export async function joinCard(
  services: Services,
  merchant: Merchant,
  product: CardProduct,
  told: ToldJoining,
): Promise<Joined> {
  if (told.state === 'gone') return nothing('a card that is no longer in force')
  const join = await openJoin(services, product, { ...told, inForce: told.state === 'active' })
  if (join.state === 'in_force') return inForce(services, merchant, product, join)
  if (join.state !== 'open') return { join, applied: [], note: join.note ?? `a joining that is ${join.state}` }
  const fits = await templateFits(services, merchant, product)
  if (fits === 'later') return later(services, join, 'the card cannot be looked up at this moment')
  if (fits !== 'fits') return refused(services, join, fits.refused)
  if (join.told_in_force) return existing(services, merchant, product, join)
  const held = await cardOfJoin(services, merchant, product, join)
  if (held.kind === 'later') return later(services, join, 'WeChat has not answered yet')
  if (held.kind === 'refused') return refused(services, join, held.words)
  if (held.kind === 'none') return later(services, join, 'WeChat does not know the card yet')
  const { state, code, openid } = held.value
  if (openid !== undefined && openid !== join.openid) return refused(services, join, 'a card of another member')
  if (state === 'gone') return refused(services, join, 'a card that is no longer in force')
  if (state !== 'active' || !code) return later(services, join, 'the card is not in force yet')
  return inForce(services, merchant, product, await settleJoin(services, join, { state: 'in_force', code }))
}

/** The card after our confirmation, or as the merchant's own system has left it. */
async function cardOfJoin(
  services: Services,
  merchant: Merchant,
  product: CardProduct,
  join: CardJoin,
): Promise<Told<HeldCard>> {
  const driver = brandDriver(services, merchant, product)
  const { openid, picked_up_at: pickedUpAt } = join
  if (product.confirm === 'us') {
    const code = join.card_code ?? ownCode(merchant, { cardId: product.cardId, openid, pickedUpAt })
    const confirmed = await driver.confirm({ openid, code })
    if (confirmed.kind === 'ok' && confirmed.value.state === 'active')
      return { kind: 'ok', value: { ...confirmed.value, code: confirmed.value.code ?? code } }
    if (confirmed.kind === 'later') return confirmed
    // A second confirmation may be refused though the first one was taken.
    const read = await driver.read({ openid, code })
    if (read.kind === 'ok' && read.value.state === 'active') return { kind: 'ok', value: { ...read.value, code } }
    return read.kind === 'later' || confirmed.kind !== 'refused' ? read : confirmed
  }
  if (join.card_code) return driver.read({ openid, code: join.card_code })
  const listed = await driver.list(openid)
  if (listed.kind !== 'ok') return listed
  const card = listed.value.find(({ takenAt }) => takenAt?.getTime() === pickedUpAt.getTime())
  return card ? { kind: 'ok', value: card } : { kind: 'none' }
}

async function inForce(
  services: Services,
  merchant: Merchant,
  { kind: source, cardId }: CardProduct,
  join: CardJoin,
): Promise<Joined> {
  const { openid, card_code: cardCode, picked_up_at: takenAt, settled_at: activeAt } = join
  const facts = { source, cardId, cardCode: cardCode!, openid, takenAt, activeAt: activeAt! }
  return { join, applied: await applyOpening(services, merchant, facts) }
}

async function existing(
  services: Services,
  merchant: Merchant,
  { kind: source, cardId }: CardProduct,
  join: CardJoin,
): Promise<Joined> {
  const { openid, card_code: cardCode } = join
  if (!cardCode) return refused(services, join, 'a card in force without a code')
  await markEarlierCard(services.db, merchant, { cardId, cardCode })
  const settled = await settleJoin(services, join, { state: 'existing', note: 'a member before anybody confirmed' })
  const facts = { source, cardId, cardCode, openid, activeAt: settled.settled_at! }
  return { join: settled, applied: await applyOpening(services, merchant, facts), note: settled.note! }
}

async function later(services: Services, join: CardJoin, note: string): Promise<Joined> {
  if (services.clock.now().getTime() - join.first_seen_at.getTime() < confirmForMs) throw new AskAgain(note)
  return { join: await settleJoin(services, join, { state: 'given_up', note }), applied: [], note }
}

async function refused(services: Services, join: CardJoin, note: string): Promise<Joined> {
  return { join: await settleJoin(services, join, { state: 'refused', note }), applied: [], note }
}

function nothing(note: string): Joined {
  return { join: undefined, applied: [], note }
}
