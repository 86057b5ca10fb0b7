import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { WorldCardProduct } from '../../sandbox/world.ts'
import { wechatTime } from '../../sandbox/wechat-time.ts'
import { unprovenOpenings } from '../../src/cards/unproven.ts'
import { openInboxLoop } from '../../src/inbox/loop.ts'
import { movableClock } from '../support/clock.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

const minute = 60_000

describe.each(['certificate', 'public_key'] as const)('membercard-open, keys as %s', (keyMode) => {
  const clock = movableClock()
  let shop: SandboxShop
  let product: WorldCardProduct
  let serial = 0

  beforeAll(async () => {
    shop = await openShop({ wechat: 'sandbox', redis: false, clock, world: { keyMode } })
    product = shop.world.merchants[0]!.cardProducts!.find(({ kind }) => kind === 'membercard_open')!
  })
  beforeEach(async () => {
    const { db } = shop.services
    await db.deleteFrom('inbox').execute()
    await db.updateTable('campaigns').set({ state: 'draft' }).execute()
    await shop.campaign({ kind: 'card_open', card_ids: [product.cardId] })
    shop.sandbox.control.clearFaults()
    shop.sandbox.control.state.cardRate.allows = () => true
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  type Event = 'ACCEPT_CARD' | 'ACTIVATE_CARD' | 'USERCARD_MANAGE'
  const take = (state: 'EFFECTIVE' | 'UNACTIVATED' = 'EFFECTIVE') => {
    serial += 1
    return shop.sandbox.control.takeProductCard(product.cardId, `opener-${serial}`, { state })
  }
  const tell = (openid: string, event: Event, fields: Record<string, unknown> = {}, more: object = {}) =>
    shop.sandbox.control.push({ kind: 'open_card', cardId: product.cardId, openid, event, fields, ...more })
  const apply = () => openInboxLoop(shop.services).drain()
  const grantsOf = (openid: string) =>
    shop.services.db.selectFrom('grants').select('id').where('openid', '=', openid).execute()

  test('a new card that was activated brings the coupon once, whatever was told before and however often', async () => {
    const card = take()
    const told = { event_time: wechatTime(clock.now()) }
    await tell(card.openid, 'ACCEPT_CARD')
    await tell(card.openid, 'ACTIVATE_CARD', told)
    await tell(card.openid, 'ACTIVATE_CARD', told)
    await apply()
    clock.advance(20 * minute)
    await apply()
    expect(await grantsOf(card.openid)).toHaveLength(1)
    expect(await shop.services.db.selectFrom('inbox').selectAll().execute()).toHaveLength(2)
  })

  test('also where the activation is told before the taking', async () => {
    const card = take()
    await tell(card.openid, 'ACTIVATE_CARD')
    await apply()
    await tell(card.openid, 'ACCEPT_CARD')
    clock.advance(20 * minute)
    await apply()
    expect(await grantsOf(card.openid)).toHaveLength(1)
  })

  test('where only the taking is told, WeChat is asked after ten minutes', async () => {
    const card = take()
    await tell(card.openid, 'ACCEPT_CARD')
    await apply()
    expect(await grantsOf(card.openid)).toEqual([])
    clock.advance(20 * minute)
    await apply()
    expect(await grantsOf(card.openid)).toHaveLength(1)
  })

  test('a taken card that its member has not activated brings nothing', async () => {
    const card = take('UNACTIVATED')
    await tell(card.openid, 'ACCEPT_CARD')
    clock.advance(20 * minute)
    await apply()
    expect(await grantsOf(card.openid)).toEqual([])
  })

  test.each([
    ['fetched back', 'ACTIVATE_CARD', { activate_scene: 'RECOVER' }],
    ['looked at', 'USERCARD_MANAGE', { event_type: 'USER_VIEW_MEMBERCARD' }],
    ['edited', 'USERCARD_MANAGE', { event_type: 'USER_MODIFY_INFORMATION' }],
    ['deleted', 'USERCARD_MANAGE', { event_type: 'USER_DELETE_MEMBERCARD' }],
    ['of a kind that WeChat adds', 'TRANSFER_CARD', {}],
  ] as const)('a card that was %s never pays', async (_, event, fields) => {
    const card = take()
    expect(await tell(card.openid, event as Event, fields)).toMatchObject({ accepted: true })
    clock.advance(20 * minute)
    await apply()
    expect(await grantsOf(card.openid)).toEqual([])
    expect(await unproven(card.openid)).toEqual([])
  })

  test('who deletes a card and takes a new one is not paid again in a later campaign', async () => {
    const card = take()
    await tell(card.openid, 'ACTIVATE_CARD')
    await apply()
    await tell(card.openid, 'USERCARD_MANAGE')
    card.state = 'DELETE'
    await apply()
    await shop.campaign({ kind: 'card_open', card_ids: [product.cardId] })
    clock.advance(minute)
    shop.sandbox.control.takeProductCard(product.cardId, card.openid, { state: 'EFFECTIVE' })
    await tell(card.openid, 'ACTIVATE_CARD')
    await apply()
    expect(await grantsOf(card.openid)).toHaveLength(1)
  })

  test('an activation that does not say that it is new waits for an operator', async () => {
    const card = take()
    await tell(card.openid, 'ACTIVATE_CARD', { activate_scene: 'SOMETHING_NEW' })
    await apply()
    expect(await grantsOf(card.openid)).toEqual([])
    clock.advance(20 * minute)
    expect(await unproven(card.openid)).toHaveLength(1)
  })

  test('a notice of another member’s card, or a forged one, brings nothing', async () => {
    const card = take()
    await tell(card.openid, 'ACTIVATE_CARD', { openid: 'somebody-else' })
    expect(await tell(card.openid, 'ACTIVATE_CARD', {}, { spoil: 'signature' })).toMatchObject({
      attempts: [{ status: 401 }],
    })
    await apply()
    expect(await grantsOf('somebody-else')).toEqual([])
    expect(await grantsOf(card.openid)).toEqual([])
  })

  test('where WeChat does not answer, the card is looked up again later', async () => {
    shop.sandbox.control.setFault({ fault: 'html_502', endpoint: 'open_card_detail', times: 1 })
    const card = take()
    await tell(card.openid, 'ACTIVATE_CARD')
    await apply()
    expect(await grantsOf(card.openid)).toEqual([])
    clock.advance(minute)
    await apply()
    expect(await grantsOf(card.openid)).toHaveLength(1)
  })

  test('no phone number, sealed or not, is anywhere in the database', async () => {
    const card = take()
    await tell(card.openid, 'ACCEPT_CARD')
    await tell(card.openid, 'ACTIVATE_CARD')
    const stored = JSON.stringify(await shop.services.db.selectFrom('inbox').selectAll().execute())
    expect(stored).toContain(card.openid)
    expect(stored).not.toMatch(/phone_number|unionid|[A-Za-z0-9+/]{100}/)
  })

  async function unproven(openid: string) {
    const found = await unprovenOpenings(shop.services.db, shop.merchant, clock.now())
    return found.filter((opening) => opening.openid === openid)
  }
})
