import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openFromLanding } from '../../src/cards/landing.ts'
import type { CardOptions } from '../../sandbox/control.ts'
import type { Stock } from '../../src/plumbing/storage/schema/stock.ts'
import { aCampaign, aStock } from '../support/builders.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

let wired: SandboxShop
let stock: Stock

beforeAll(async () => {
  wired = await openShop({ wechat: 'sandbox', redis: false })
  stock = await aStock(wired.services, wired.merchant)
  await aCampaign(wired.services, stock, { kind: 'card_open', cards: 'any', limits: {} })
})
beforeEach(() => wired.sandbox.control.clearFaults())
afterAll(() => wired[Symbol.asyncDispose]())

let serial = 0
const aCard = (options: CardOptions = {}) => {
  serial += 1
  return wired.sandbox.control.takeCard(`opener-${serial}`, { hasActive: true, ...options })
}
type Card = ReturnType<typeof aCard>
const queryOf = (card: Card): Record<string, string> => ({
  card_id: card.cardId,
  encrypt_code: card.encryptCode,
  activate_ticket: card.activateTicket,
  outer_str: card.outerStr,
  openid: card.openid,
})
const land = (openid: string, query: Record<string, string | string[]>) =>
  openFromLanding(wired.services, wired.merchant, openid, query)
const openings = (card: Card) =>
  wired.services.db.selectFrom('card_openings').selectAll().where('card_code', '=', card.code).execute()

describe('a member lands after opening a card', () => {
  test('and is owed the coupon, once however often the page is loaded', async () => {
    const card = aCard({ outerStr: 'store-7' })
    const first = await land(card.openid, queryOf(card))
    expect(first).toMatchObject({ kind: 'opened', awards: [{ kind: 'granted' }] })
    const [grantId] = first.kind === 'opened' ? first.awards.map((one) => one.grantId) : []
    expect(await land(card.openid, queryOf(card))).toEqual({ kind: 'opened', awards: [{ kind: 'existing', grantId }] })
    expect(await openings(card)).toMatchObject([{ source: 'landing', openid: card.openid, channel: 'store-7' }])
  })

  test('and a plus sign that came as a space is one again', async () => {
    const card = aCard()
    const query = { ...queryOf(card), encrypt_code: card.encryptCode.replaceAll('+', ' ') }
    expect((await land(card.openid, query)).kind).toBe('opened')
  })

  test('that waits for its activation: the ticket of the form makes it active', async () => {
    const card = aCard({ hasActive: false })
    expect(await land(card.openid, { ...queryOf(card), activate_ticket: '' })).toEqual({ kind: 'not_active' })
    expect((await land(card.openid, { ...queryOf(card), activate_ticket: 'x' })).kind).toBe('not_active')
    expect(await openings(card)).toEqual([])
    expect((await land(card.openid, queryOf(card))).kind).toBe('opened')
  })

  test('with a ticket whose form was never sent: the card is not activated', async () => {
    const card = aCard({ hasActive: false, formFilled: false })
    expect(await land(card.openid, queryOf(card))).toEqual({ kind: 'not_active' })
    expect(wired.sandbox.control.calls({ endpoint: 'card_activate' }).filter(({ at }) => at >= card.openedAt)).toEqual(
      [],
    )
    wired.sandbox.control.changeCard(card.code, { formFilled: true })
    expect((await land(card.openid, queryOf(card))).kind).toBe('opened')
  })

  test('of a kind that opens by itself, which WeChat tells without the flag', async () => {
    const card = aCard({ tellsActive: false })
    wired.sandbox.control.changeCard(card.code, { membershipNumber: '' })
    expect(await land(card.openid, { ...queryOf(card), activate_ticket: '' })).toMatchObject({ kind: 'opened' })
  })

  test('again when the ticket has expired and WeChat tells neither flag nor number: the card stays open', async () => {
    const card = aCard({ hasActive: false, tellsActive: false })
    expect((await land(card.openid, queryOf(card))).kind).toBe('opened')
    wired.sandbox.control.changeCard(card.code, { formFilled: false, membershipNumber: '' })
    expect(await land(card.openid, queryOf(card))).toMatchObject({ kind: 'opened', awards: [{ kind: 'existing' }] })
  })

  test('and a second card brings nothing more', async () => {
    const [one, other] = [aCard(), aCard()]
    wired.sandbox.control.changeCard(other.code, { openid: one.openid })
    await land(one.openid, queryOf(one))
    expect(await land(one.openid, queryOf(other))).toMatchObject({ awards: [{ kind: 'existing' }] })
  })

  test('and only campaigns that take this card give something', async () => {
    const named = await aCampaign(wired.services, stock, {
      kind: 'card_open',
      cards: 'any',
      limits: {},
      card_ids: ['pGold'],
    })
    const [plain, gold] = [aCard(), aCard({ cardId: 'pGold' })]
    expect(await land(plain.openid, queryOf(plain))).toMatchObject({ awards: [{ kind: 'granted' }] })
    expect(await land(gold.openid, queryOf(gold))).toMatchObject({ awards: [{ kind: 'granted' }, { kind: 'granted' }] })
    await wired.services.db.updateTable('campaigns').set({ state: 'draft' }).where('id', '=', named.id).execute()
    wired.services.catalog.forget()
  })
})

describe('nothing is given', () => {
  test('to another person who opens the link, whatever openid the address names', async () => {
    const card = aCard()
    expect(await land('thief', { ...queryOf(card), openid: 'thief' })).toEqual({ kind: 'not_yours' })
    expect(await openings(card)).toEqual([])
  })

  test('for a card that cannot be used', async () => {
    const card = aCard()
    wired.sandbox.control.changeCard(card.code, { status: 'UNAVAILABLE' })
    expect(await land(card.openid, queryOf(card))).toEqual({ kind: 'not_active' })
  })

  test.each<[string, (query: Record<string, string>) => Record<string, string | string[]>]>([
    ['without a card', (query) => ({ ...query, card_id: '' })],
    ['without a code', ({ card_id }) => ({ card_id: card_id! })],
    ['with two codes', (query) => ({ ...query, encrypt_code: ['a', 'b'] })],
    ['with a code of thousands of letters', (query) => ({ ...query, encrypt_code: 'A'.repeat(2_000) })],
    [
      'with a code still percent-encoded',
      (query) => ({ ...query, encrypt_code: encodeURIComponent(query.encrypt_code!) }),
    ],
    ['with a code that is none', (query) => ({ ...query, encrypt_code: 'bm9uZQ==' })],
    ['with another card', (query) => ({ ...query, card_id: 'pOther' })],
    ['with a card that is none', (query) => ({ ...query, card_id: '../x' })],
  ])('for an address %s', async (_name, change) => {
    const card = aCard()
    expect(await land(card.openid, change(queryOf(card)))).toEqual({ kind: 'invalid' })
    expect(await openings(card)).toEqual([])
  })

  test.each(['card_decrypt', 'card_user_info', 'card_temp_info', 'card_activate'])(
    'while %s cannot be asked: later',
    async (endpoint) => {
      const card = aCard({ hasActive: false })
      wired.sandbox.control.setFault({ fault: 'reset_before', endpoint })
      expect(await land(card.openid, queryOf(card))).toEqual({ kind: 'later' })
      wired.sandbox.control.clearFaults()
      expect((await land(card.openid, queryOf(card))).kind).toBe('opened')
    },
  )
})

describe('WeChat is asked sparingly', () => {
  const asked = () => wired.sandbox.control.calls({ endpoint: 'card_decrypt' }).length

  test('a member who makes up codes causes twenty questions a minute, and another member none less', async () => {
    const before = asked()
    const kinds = []
    for (let n = 0; n < 300; n += 1)
      kinds.push((await land('inventor', { card_id: 'pX', encrypt_code: `junk${n}` })).kind)
    expect(asked() - before).toBe(20)
    expect(kinds).toEqual([...Array(20).fill('invalid'), ...Array(280).fill('later')])
    const card = aCard()
    expect((await land(card.openid, queryOf(card))).kind).toBe('opened')
  })

  test('a page that is loaded again has its code read once in a minute', async () => {
    const card = aCard()
    const before = asked()
    for (let n = 0; n < 5; n += 1) expect((await land(card.openid, queryOf(card))).kind).toBe('opened')
    expect(asked() - before).toBe(1)
  })
})
