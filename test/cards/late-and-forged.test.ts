import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { PushSpec } from '../../sandbox/push/push.ts'
import { wechatTime } from '../../sandbox/wechat-time.ts'
import { openInboxLoop } from '../../src/inbox/loop.ts'
import { movableClock } from '../support/clock.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

/* What is the same of every card product that WeChat Pay tells of: forged, late, and in another order. */

const minuteMs = 60_000
const dayMs = 1_440 * minuteMs
const kinds = ['brand_partner', 'brand', 'membercard_open'] as const

describe.each(['certificate', 'public_key'] as const)('notices of cards, keys as %s', (keyMode) => {
  const clock = movableClock()
  let shop: SandboxShop
  let serial = 0

  beforeAll(async () => (shop = await openShop({ wechat: 'sandbox', redis: false, clock, world: { keyMode } })))
  beforeEach(() => shop.services.db.updateTable('campaigns').set({ state: 'draft' }).execute())
  afterAll(() => shop[Symbol.asyncDispose]())

  const cardOf = (kind: (typeof kinds)[number]) =>
    shop.world.merchants[0]!.cardProducts!.find((one) => one.kind === kind)!.cardId
  function take(kind: (typeof kinds)[number]) {
    serial += 1
    const state = kind === 'membercard_open' ? ({ state: 'EFFECTIVE' } as const) : {}
    return shop.sandbox.control.takeProductCard(cardOf(kind), `taker-${serial}`, state)
  }
  function tell(kind: (typeof kinds)[number], openid: string, what: 'taken' | 'deleted', more: object = {}) {
    const cardId = cardOf(kind)
    const spec: PushSpec =
      kind === 'membercard_open'
        ? { kind: 'open_card', cardId, openid, event: what === 'taken' ? 'ACTIVATE_CARD' : 'USERCARD_MANAGE' }
        : { kind: 'brand_card', cardId, openid, event: what === 'taken' ? 'CREATE' : 'DELETE' }
    return shop.sandbox.control.push({ ...spec, ...more } as PushSpec)
  }
  async function apply() {
    await openInboxLoop(shop.services).drain()
    clock.advance(20 * minuteMs)
    await openInboxLoop(shop.services).drain()
  }
  const grantsOf = (openid: string) =>
    shop.services.db.selectFrom('grants').select('id').where('openid', '=', openid).execute()

  test.each(kinds)('%s: none of them is believed that is forged', async (kind) => {
    await shop.campaign({ kind: 'card_open', card_ids: [cardOf(kind)] })
    const card = take(kind)
    for (const spoil of ['signature', 'signtest', 'serial', 'clock', 'unsigned', 'tampered'] as const)
      expect([spoil, await tell(kind, card.openid, 'taken', { spoil })]).toMatchObject([
        spoil,
        { attempts: [{ status: 401 }] },
      ])
    await apply()
    expect(await grantsOf(card.openid)).toEqual([])
  })

  test.each(kinds)(
    '%s: a card that was taken in the campaign earns once, though it is told after the end, twice',
    async (kind) => {
      const ends_at = new Date(clock.now().getTime() + 10 * minuteMs)
      await shop.campaign({ kind: 'card_open', card_ids: [cardOf(kind)], ends_at })
      const card = take(kind)
      const event_time = wechatTime(clock.now())
      clock.advance(dayMs)
      for (const _ of [1, 2]) {
        expect(
          await tell(kind, card.openid, 'taken', kind === 'membercard_open' ? { fields: { event_time } } : {}),
        ).toMatchObject({ accepted: true })
        await apply()
      }
      expect(await grantsOf(card.openid)).toHaveLength(1)
    },
  )

  test.each(kinds)('%s: a card that is told as deleted before it is told as taken earns at most once', async (kind) => {
    await shop.campaign({ kind: 'card_open', card_ids: [cardOf(kind)] })
    const card = take(kind)
    await tell(kind, card.openid, 'deleted')
    card.state = 'DELETE'
    await apply()
    await tell(kind, card.openid, 'taken')
    await apply()
    const before = (await grantsOf(card.openid)).length
    expect(before).toBeLessThanOrEqual(1)
    clock.advance(minuteMs)
    shop.sandbox.control.takeProductCard(cardOf(kind), card.openid, { state: 'EFFECTIVE' })
    await tell(kind, card.openid, 'taken')
    await tell(kind, card.openid, 'taken')
    await apply()
    expect((await grantsOf(card.openid)).length).toBeLessThanOrEqual(1)
  })
})
