import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { importEarlierCards } from '../../src/cards/earlier-cards.ts'
import { openFromLanding } from '../../src/cards/landing.ts'
import { unprovenOpenings } from '../../src/cards/unproven.ts'
import { claim } from '../../src/claims/claim.ts'
import { openInboxLoop } from '../../src/inbox/loop.ts'
import type { CardOptions } from '../../sandbox/control.ts'
import type { Services } from '../../src/services.ts'
import type { Stock } from '../../src/plumbing/storage/schema/stock.ts'
import { aCampaign, aStock } from '../support/builders.ts'
import { openPhone } from '../support/phone.ts'
import { logIn } from '../support/site.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

// A card_open campaign for new cards, as a member and WeChat meet it: over real HTTP, pushes and pages in any order.

const start = new Date('2026-11-20T00:00:00+08:00').getTime()
const minute = 60_000
const day = 86_400_000
let nowMs = start
let wired: SandboxShop
let stock: Stock
let campaign: Campaign

beforeAll(async () => {
  wired = await openShop({ wechat: 'sandbox', redis: false, clock: { now: () => new Date(nowMs) } })
})
beforeEach(async () => {
  nowMs = start
  const { db } = wired.services
  await db.updateTable('campaigns').set({ state: 'draft' }).execute()
  await db.deleteFrom('card_openings').execute()
  stock = await aStock(wired.services, wired.merchant, { available_end: new Date(start + 60 * day) })
  campaign = await aCampaign(wired.services, stock, { kind: 'card_open', limits: {}, ...window })
  nowMs = start + day
  wired.sandbox.control.clearFaults()
})
afterAll(() => wired[Symbol.asyncDispose]())

const window = { starts_at: new Date(start), ends_at: new Date(start + 10 * day) }
async function change(values: { cards?: 'any'; gifted?: true }): Promise<void> {
  const { db, catalog } = wired.services
  const changed = db.updateTable('campaigns').set(values).where('id', '=', campaign.id)
  campaign = await changed.returningAll().executeTakeFirstOrThrow()
  catalog.forget()
}

let serial = 0
const aCard = (options: CardOptions = {}) => {
  serial += 1
  return wired.sandbox.control.takeCard(`taker-${serial}`, { hasActive: true, ...options })
}
type Card = ReturnType<typeof aCard>

async function tell(card: Card, event: string, fields: Record<string, string> = {}, atMs = nowMs): Promise<void> {
  const createTime = Math.floor(atMs / 1_000)
  const pushed = { kind: 'card', event, cardCode: card.code, createTime, fields } as const
  expect((await wired.sandbox.control.push(pushed)).accepted).toBe(true)
  await openInboxLoop(wired.services).drain()
}
const taken = (card: Card, fields = {}, atMs = nowMs) => tell(card, 'user_get_card', fields, atMs)
const formSent = (card: Card, atMs = nowMs) => tell(card, 'submit_membercard_user_info', {}, atMs)
async function vouched(card: Card, atMs = nowMs, id?: string): Promise<void> {
  const data = { openid: card.openid, card_id: card.cardId, card_code: card.code }
  const occurredAt = new Date(atMs).toISOString()
  const event = { kind: 'merchant_event', type: 'card.opened', data, occurredAt, ...(id && { id }) } as const
  expect((await wired.sandbox.control.push(event)).accepted).toBe(true)
  await openInboxLoop(wired.services).drain()
}
const land = (card: Card, ticket = '', services: Services = wired.services) =>
  openFromLanding(services, wired.merchant, card.openid, {
    card_id: card.cardId,
    encrypt_code: card.encryptCode,
    activate_ticket: ticket,
  })
const gifts = async (card: Card) =>
  (await wired.services.db.selectFrom('grants').select('id').where('openid', '=', card.openid).execute()).length
const tap = (card: Card) =>
  claim(wired.services, { merchant: wired.merchant, campaign, openid: card.openid, claimKey: card.code })
const unproven = async () =>
  (await unprovenOpenings(wired.services.db, wired.merchant, new Date(nowMs))).map(({ card_code }) => card_code)

describe('a new card earns', () => {
  test('by WeChat’s word that it was taken, before the member lands or after', async () => {
    const [before, after] = [aCard(), aCard()]
    await taken(before)
    expect(await land(before)).toMatchObject({ kind: 'opened', awards: [{ kind: 'existing' }] })

    expect(await land(after)).toEqual({ kind: 'waiting', sinceMs: 0 })
    expect((await tap(after)).reason).toBe('not_eligible')
    expect(await gifts(after)).toBe(0)
    await taken(after)
    expect([await gifts(before), await gifts(after)]).toEqual([1, 1])
    expect(await land(after)).toMatchObject({ kind: 'opened' })
  })

  test('and its page says what it waits for, and shows the coupon once WeChat has told', async () => {
    const card = aCard()
    const phone = openPhone(wired.site.url)
    logIn(phone, wired.services, wired.merchant, card.openid)
    const { pathname, search } = new URL(card.landingUrl)
    expect((await phone.get(pathname + search)).text).toContain('正在等微信确认您的开卡时间')
    await taken(card)
    expect((await phone.get(pathname + search)).text).toContain('开卡成功')
  })

  test('taken at first and activated days later, at the time of its taking', async () => {
    const card = aCard({ hasActive: false })
    await taken(card)
    expect(await gifts(card)).toBe(0)
    nowMs += 2 * day
    wired.sandbox.control.changeCard(card.code, { hasActive: true })
    await formSent(card)
    expect(await gifts(card)).toBe(1)
  })

  test('although the push comes a day late, after the campaign’s end', async () => {
    const card = aCard()
    nowMs = window.ends_at.getTime() - minute
    await land(card)
    const takenAtMs = nowMs
    nowMs += day
    await taken(card, {}, takenAtMs)
    expect(await gifts(card)).toBe(1)
  })

  test('by our own activation, also when WeChat’s answer to it was lost', async () => {
    const [card, lost] = [aCard({ hasActive: false }), aCard({ hasActive: false })]
    expect(await land(card, card.activateTicket)).toMatchObject({ kind: 'opened', awards: [{ kind: 'granted' }] })

    wired.sandbox.control.setFault({ fault: 'reset_after_commit', endpoint: 'card_activate' })
    expect(await land(lost, lost.activateTicket)).toEqual({ kind: 'later' })
    wired.sandbox.control.clearFaults()
    expect(await land(lost, lost.activateTicket)).toMatchObject({ kind: 'opened', awards: [{ kind: 'granted' }] })
  })

  test('by our own activation, when another load of the page was first and WeChat refuses this one', async () => {
    const card = aCard({ hasActive: false })
    const client = wired.services.official(wired.merchant)
    const refusedAsActive = async (asked: Parameters<typeof client.activateMemberCard>[0]) => {
      await client.activateMemberCard(asked)
      return { kind: 'refusal', errcode: 40056, rid: undefined } as const
    }
    const services = { ...wired.services, official: () => ({ ...client, activateMemberCard: refusedAsActive }) }
    expect(await land(card, card.activateTicket, services)).toMatchObject({ awards: [{ kind: 'granted' }] })
  })

  test('by the merchant’s signed word, at the time that it says', async () => {
    const [timely, early] = [aCard(), aCard()]
    await vouched(timely)
    await vouched(early, start - day)
    expect([await gifts(timely), await gifts(early)]).toEqual([1, 0])
    await vouched(early)
    expect(await gifts(early)).toBe(0)
  })
})

describe('nothing is earned', () => {
  test('by a form alone, which old members send whenever they edit their data', async () => {
    const card = aCard()
    await formSent(card)
    nowMs += day
    await formSent(card)
    expect(await gifts(card)).toBe(0)
    expect((await tap(card)).reason).toBe('not_eligible')
  })

  test('by a card that was taken before the campaign, whatever comes later', async () => {
    const card = aCard()
    await taken(card, {}, start - day)
    await formSent(card)
    await vouched(card)
    expect(await land(card)).toEqual({ kind: 'not_new' })
    expect(await gifts(card)).toBe(0)
  })

  test('by a card that was taken before the campaign and became active in it', async () => {
    const card = aCard({ hasActive: false })
    await taken(card, {}, start - day)
    wired.sandbox.control.changeCard(card.code, { hasActive: true })
    await formSent(card)
    expect([await gifts(card), (await land(card)).kind]).toEqual([0, 'not_new'])
  })

  test('by a card that was seen active before the campaign', async () => {
    nowMs = start - day
    const card = aCard()
    await land(card)
    nowMs = start + day
    await vouched(card)
    expect([await gifts(card), (await land(card)).kind]).toEqual([0, 'not_new'])
  })

  test('by a card that was only fetched back, also when it then needs activating', async () => {
    const card = aCard({ hasActive: false })
    await taken(card, { IsRestoreMemberCard: '1' })
    nowMs += minute
    expect(await land(card, card.activateTicket)).toEqual({ kind: 'not_new' })
    await vouched(card)
    expect(await gifts(card)).toBe(0)
  })

  test('less by a new card because it was deleted and fetched back since', async () => {
    const card = aCard({ hasActive: false })
    await taken(card, { IsRestoreMemberCard: '1' }, nowMs + minute)
    await taken(card)
    wired.sandbox.control.changeCard(card.code, { hasActive: true })
    await land(card)
    expect(await gifts(card)).toBe(1)
  })

  test('by an activation that WeChat refused, when somebody else makes the card active later', async () => {
    const card = aCard({ hasActive: false })
    wired.sandbox.control.setFault({ fault: 'card_code_invalid', endpoint: 'card_activate' })
    expect(await land(card, card.activateTicket)).toEqual({ kind: 'not_active' })
    wired.sandbox.control.changeCard(card.code, { hasActive: true })
    expect(await land(card, card.activateTicket)).toEqual({ kind: 'waiting', sinceMs: 0 })
  })

  test('by an old member who sends the form again, where WeChat leaves out that the card is active', async () => {
    const card = aCard({ tellsActive: false })
    const before = wired.sandbox.control.countCalls('card_activate')
    expect(await land(card, card.activateTicket)).toEqual({ kind: 'waiting', sinceMs: 0 })
    expect(wired.sandbox.control.countCalls('card_activate')).toBe(before)
  })

  test('by a card that a friend handed on, unless the campaign says so', async () => {
    const given = { IsGiveByFriend: '1', FriendUserName: 'friend', OldUserCardCode: '123' }
    const card = aCard()
    await taken(card, given)
    expect([await gifts(card), await land(card)]).toEqual([0, { kind: 'gifted' }])
    await change({ gifted: true })
    expect(await land(card)).toMatchObject({ kind: 'opened', awards: [{ kind: 'granted' }] })
  })

  test('by a card, or a member, that the merchant told of as one from before', async () => {
    const [card, member] = [aCard(), aCard()]
    const { db } = wired.services
    await importEarlierCards(db, wired.merchant, `card_id,card_code\n${card.cardId},${card.code}\n`)
    await importEarlierCards(db, wired.merchant, `openid\n${member.openid}\n`)
    for (const each of [card, member]) {
      await taken(each)
      await vouched(each)
      expect([await gifts(each), (await land(each)).kind]).toEqual([0, 'not_new'])
    }
  })

  test('twice, by a second card of the same member', async () => {
    const [one, other] = [aCard(), aCard()]
    wired.sandbox.control.changeCard(other.code, { openid: one.openid })
    await taken(one)
    await taken({ ...other, openid: one.openid })
    expect(await gifts(one)).toBe(1)
  })

  test('by who says that another member’s card is theirs', async () => {
    const card = aCard()
    await vouched(card)
    await vouched({ ...card, openid: 'pretender' })
    expect(await gifts({ ...card, openid: 'pretender' })).toBe(0)
  })

  test('by a member whose card is vouched for as somebody else’s', async () => {
    const card = aCard()
    await land(card)
    await vouched({ ...card, openid: 'pretender' })
    expect([await gifts(card), await unproven()]).toEqual([0, []])
    nowMs += 11 * minute
    expect(await unproven()).toEqual([card.code])
  })
})

describe('a card without proof', () => {
  test('is listed for an operator after ten minutes, until a proof comes or it is said to be from before', async () => {
    const [late, old] = [aCard(), aCard()]
    for (const card of [late, old]) await land(card)
    nowMs += 9 * minute
    expect(await unproven()).toEqual([])
    nowMs += minute
    expect(await unproven()).toEqual(expect.arrayContaining([late.code, old.code]))
    expect(await land(late)).toEqual({ kind: 'unproven' })

    await taken(late, {}, nowMs - 10 * minute)
    expect([await gifts(late), await unproven()]).toEqual([1, [old.code]])
    await importEarlierCards(wired.services.db, wired.merchant, `openid\n${old.openid}`)
    expect(await unproven()).toEqual([])
  })

  test('is none where the campaign takes any card', async () => {
    await change({ cards: 'any' })
    const card = aCard()
    expect(await land(card)).toMatchObject({ kind: 'opened', awards: [{ kind: 'granted' }] })
    nowMs += 20 * minute
    expect(await unproven()).toEqual([])
  })
})

describe('where any card earns', () => {
  beforeEach(() => change({ cards: 'any' }))

  test('an active one does, once a member, also one from before', async () => {
    const [edited, imported] = [aCard(), aCard()]
    await formSent(edited)
    await importEarlierCards(wired.services.db, wired.merchant, `openid\n${imported.openid}`)
    await land(imported)
    expect([await gifts(edited), await gifts(imported)]).toEqual([1, 1])
    await land(edited)
    expect(await gifts(edited)).toBe(1)
  })

  test('a member whose card we knew before the campaign gets it by a tap', async () => {
    nowMs = start - 5 * day
    const card = aCard()
    await land(card)
    nowMs = start + day
    await tap(card)
    expect(await gifts(card)).toBe(1)
  })
})

test('a campaign that cannot be settled does not hold up the others', async () => {
  const broken = await aCampaign(wired.services, stock, { kind: 'card_open', limits: {}, ...window })
  await wired.services.db
    .updateTable('campaigns')
    .set({ coupons: JSON.stringify([{ stock_id: '404', count: 1 }]) })
    .where('id', '=', broken.id)
    .execute()
  wired.services.catalog.forget()
  const card = aCard()
  await taken(card)
  expect(await gifts(card)).toBe(1)
  const [entry] = await wired.services.db.selectFrom('inbox').select('applied_at').orderBy('id', 'desc').execute()
  expect(entry?.applied_at).toBeNull()
  expect(await land(card)).toMatchObject({ kind: 'opened', awards: [{ kind: 'existing' }] })
  await wired.services.db.deleteFrom('inbox').execute()
})
