import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openInboxLoop } from '../../../src/inbox/loop.ts'
import type { CardOptions } from '../../../sandbox/control.ts'
import { aCampaign, aStock } from '../../support/builders.ts'
import { openShop, type SandboxShop } from '../../support/shop.ts'

let wired: SandboxShop
let nowMs = Date.now()

beforeAll(async () => {
  wired = await openShop({ wechat: 'sandbox', redis: false, clock: { now: () => new Date(nowMs) } })
  const { services, merchant } = wired
  await aCampaign(services, await aStock(services, merchant), { kind: 'card_open', limits: {} })
})
beforeEach(async () => {
  wired.sandbox.control.clearFaults()
  await wired.services.db.deleteFrom('inbox').execute()
})
afterAll(() => wired[Symbol.asyncDispose]())

let serial = 0
const aCard = (options: CardOptions = {}) => {
  serial += 1
  return wired.sandbox.control.takeCard(`opener-${serial}`, { hasActive: true, ...options })
}
type Card = ReturnType<typeof aCard>
const tell = (card: Card, event = 'user_get_card', more: object = {}) =>
  wired.sandbox.control.push({ kind: 'card', event, cardCode: card.code, ...more })
const apply = () => openInboxLoop(wired.services).drain()
const inbox = () => wired.services.db.selectFrom('inbox').selectAll().orderBy('id').execute()
const grants = async (card: Card) =>
  (await wired.services.db.selectFrom('grants').select('id').where('openid', '=', card.openid).execute()).length

test('WeChat may check the address, and nobody else', async () => {
  expect(await wired.sandbox.control.verifyMessagePush()).toBe(true)
  const forged = `${wired.site.url}/notify/${wired.merchant.slug}/oa?signature=00&timestamp=1&nonce=2&echostr=hello`
  const answer = await fetch(forged)
  expect([answer.status, await answer.text()]).toEqual([401, 'refused'])
})

describe('a push about a card', () => {
  test('is kept, answered success, and earns the coupon once however often it comes', async () => {
    const card = aCard({ outerStr: 'store-7' })
    const createTime = Math.floor(nowMs / 1_000)
    const { attempts } = await tell(card, 'user_get_card', { createTime })
    expect(attempts).toEqual([{ status: 200, body: 'success' }])
    await tell(card, 'user_get_card', { createTime })
    expect(await inbox()).toHaveLength(1)
    await apply()
    await tell(card, 'submit_membercard_user_info')
    await apply()
    expect(await grants(card)).toBe(1)
    const [opening] = await wired.services.db
      .selectFrom('card_openings')
      .selectAll()
      .where('openid', '=', card.openid)
      .execute()
    expect(opening).toMatchObject({ source: 'oa', channel: 'store-7', taken_at: new Date(createTime * 1_000) })
  })

  test('that comes a day late is taken all the same', async () => {
    const card = aCard()
    const dayAgo = Math.floor(nowMs / 1_000) - 86_000
    const { accepted } = await tell(card, 'user_get_card', { createTime: dayAgo, timestamp: dayAgo })
    expect(accepted).toBe(true)
    await apply()
    expect(await grants(card)).toBe(1)
  })

  test('that is older than what the inbox remembers is refused: it may be a replay', async () => {
    const long = Math.floor(nowMs / 1_000) - 36 * 86_400
    const { accepted } = await tell(aCard(), 'user_get_card', {
      createTime: long,
      timestamp: Math.floor(nowMs / 1_000),
    })
    expect(accepted).toBe(false)
    expect(await inbox()).toEqual([])
  })

  test('of two cards taken in one second is two', async () => {
    const [one, other] = [aCard(), aCard()]
    wired.sandbox.control.changeCard(other.code, { openid: one.openid })
    const createTime = Math.floor(nowMs / 1_000)
    for (const card of [one, other]) await tell(card, 'user_get_card', { createTime })
    expect(await inbox()).toHaveLength(2)
    await apply()
    expect(await grants(one)).toBe(1)
  })

  test('is asked about again until the card is active, and then left', async () => {
    const card = aCard({ hasActive: false })
    await tell(card)
    await apply()
    expect(await inbox()).toMatchObject([{ applied_at: null, last_error: 'Error: the card is not active yet' }])
    wired.sandbox.control.changeCard(card.code, { hasActive: true })
    nowMs += 60_000
    await apply()
    expect(await grants(card)).toBe(1)

    const never = aCard({ hasActive: false })
    await tell(never)
    for (const _turn of [1, 2, 3, 4, 5]) {
      await apply()
      nowMs += 300_000
    }
    expect((await inbox()).at(-1)).toMatchObject({
      applied_at: expect.any(Date),
      last_error: 'a card that is not active',
    })
  })

  test('waits while WeChat cannot be asked', async () => {
    wired.sandbox.control.setFault({ fault: 'reset_before', endpoint: 'card_user_info' })
    const card = aCard()
    await tell(card)
    await apply()
    expect(await grants(card)).toBe(0)
    wired.sandbox.control.clearFaults()
    nowMs += 60_000
    await apply()
    expect(await grants(card)).toBe(1)
  })

  test.each<[string, (card: Card) => void]>([
    ['belongs to somebody else now', (card) => wired.sandbox.control.changeCard(card.code, { openid: 'receiver' })],
    ['cannot be used', (card) => wired.sandbox.control.changeCard(card.code, { status: 'DELETE' })],
    ['WeChat does not know', (card) => wired.sandbox.control.changeCard(card.code, { cardId: 'pOther' })],
  ])('that %s earns nothing', async (why, change) => {
    const card = aCard()
    const cardId = card.cardId
    change(card)
    await tell(card, 'user_get_card', { fields: { CardId: cardId } })
    if (why.startsWith('belongs')) {
      const fields = { CardId: cardId, UserCardCode: card.code }
      await wired.services.db.deleteFrom('inbox').execute()
      await wired.sandbox.control.push({ kind: 'message', fromOpenid: 'giver', event: 'user_get_card', fields })
    }
    await apply()
    expect((await inbox()).map((entry) => entry.last_error)).toEqual([`a card that ${why}`])
    expect(await grants(card)).toBe(0)
  })

  test('that was only restored is kept and earns nothing', async () => {
    const card = aCard()
    await tell(card, 'user_get_card', { fields: { IsRestoreMemberCard: '1' } })
    await apply()
    expect(await inbox()).toMatchObject([{ applied_at: expect.any(Date), last_error: expect.stringContaining('back') }])
    expect(await grants(card)).toBe(0)
  })

  test('that was deleted or looked at is answered and not kept', async () => {
    const card = aCard()
    for (const event of ['user_del_card', 'user_view_card']) await tell(card, event)
    expect(await inbox()).toEqual([])
  })
})

describe('a push is refused', () => {
  test.each(['signature', 'plaintext', 'appid'] as const)('%s', async (spoil) => {
    const { attempts } = await tell(aCard(), 'user_get_card', { spoil })
    expect(attempts).toEqual([{ status: 401, body: 'refused' }])
    expect(await inbox()).toEqual([])
  })

  test('that is sealed with a key which is neither the present nor the previous one', async () => {
    const encodingAesKey = randomBytes(32).toString('base64').slice(0, 43)
    expect((await tell(aCard(), 'user_get_card', { encodingAesKey })).accepted).toBe(false)
  })

  test('when the merchant has set no push keys', async () => {
    const { services, merchant } = wired
    const { message_token_sealed } = await services.db
      .selectFrom('merchants')
      .select('message_token_sealed')
      .where('id', '=', merchant.id)
      .executeTakeFirstOrThrow()
    const set = async (sealed: string | null) => {
      await services.db
        .updateTable('merchants')
        .set({ message_token_sealed: sealed })
        .where('id', '=', merchant.id)
        .execute()
      services.catalog.forget()
    }
    await set(null)
    expect((await tell(aCard())).accepted).toBe(false)
    await set(message_token_sealed)
    expect((await tell(aCard())).accepted).toBe(true)
  })
})
