import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { FaultSpec } from '../../sandbox/faults.ts'
import type { WorldCardProduct } from '../../sandbox/world.ts'
import { noticeAddress, setOurNoticeAddress } from '../../src/cards/products/set-notice-address.ts'
import { examine } from '../../src/doctor/examine.ts'
import { openInboxLoop } from '../../src/inbox/loop.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

// Where WeChat tells of a card's members: at the card for 商家名片会员, at the number for membercard-open.

const elsewhere = 'https://crm.example/wechat'
const kinds = ['brand_partner', 'brand', 'membercard_open'] as const
type Kind = (typeof kinds)[number]
const endpoints = {
  brand_partner: ['card_template', 'card_template_change'],
  brand: ['card_template', 'card_template_change'],
  membercard_open: ['open_card_callback', 'open_card_callback_set'],
} as const

describe.each(['certificate', 'public_key'] as const)('notice addresses, keys as %s', (keyMode) => {
  let shop: SandboxShop
  beforeAll(async () => {
    shop = await openShop({ wechat: 'sandbox', redis: false, world: { keyMode } })
    shop.services.config.publicUrl = shop.site.url
  })
  beforeEach(async () => {
    shop.sandbox.control.clearFaults()
    shop.sandbox.control.state.cardRate.allows = () => true
    for (const kind of kinds) delete inWorld(kind).notifyUrl
    await shop.services.db.deleteFrom('provider_acts').execute()
    await shop.services.db.updateTable('card_products').set({ confirm: 'us' }).execute()
    shop.services.catalog.forget()
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  const inWorld = (kind: Kind): WorldCardProduct =>
    shop.world.merchants[0]!.cardProducts!.find((each) => each.kind === kind)!
  const here = (kind: Kind) => shop.merchant.cards.find((each) => each.kind === kind)!
  const oursOf = (kind: Kind) => {
    const { brandId, mchid } = inWorld(kind)
    return `${shop.site.url}/notify/demo/${kind === 'brand' ? `brand/${brandId}` : `pay/${mchid}`}`
  }
  const read = (kind: Kind) => noticeAddress(shop.services, shop.merchant, here(kind))
  const set = (kind: Kind, replace = false) =>
    setOurNoticeAddress(shop.services, shop.merchant, here(kind), { replace, by: 'a test' })
  const acts = () => shop.services.db.selectFrom('provider_acts').selectAll().orderBy('id').execute()
  const sets = (kind: Kind) => shop.sandbox.control.countCalls(endpoints[kind][1])
  const found = async (kind: Kind) => {
    const merchant = (await shop.services.catalog.merchant('demo'))!
    const findings = await examine(shop.services, merchant)
    return findings.find(({ check, message }) => check === 'card_notices' && message.includes(inWorld(kind).cardId))
  }

  test.each(kinds)(
    '%s: none is set, then ours, which is not set again; notices arrive there and earn',
    async (kind) => {
      const product = inWorld(kind)
      product.notifyUrl = ''
      expect(await read(kind)).toMatchObject({ cardId: product.cardId, set: null, ours: oursOf(kind), isOurs: false })
      expect(await found(kind)).toMatchObject({
        ok: false,
        cure: expect.stringContaining(`cards notices demo --card ${product.cardId} --set`) as string,
      })
      const campaign = await shop.campaign({ kind: 'card_open', card_ids: [product.cardId] })
      const open = kind === 'membercard_open'
      const card = shop.sandbox.control.takeProductCard(
        product.cardId,
        `told-${kind}`,
        open ? { state: 'EFFECTIVE' } : {},
      )
      const tell = () =>
        shop.sandbox.control.push(
          open
            ? { kind: 'open_card', cardId: product.cardId, openid: card.openid, event: 'ACTIVATE_CARD' }
            : { kind: 'brand_card', cardId: product.cardId, openid: card.openid, event: 'CREATE' },
        )
      expect(await tell()).toMatchObject({ accepted: false, attempts: [] })

      expect(await set(kind)).toMatchObject({ set: oursOf(kind), isOurs: true })
      const before = sets(kind)
      expect(await set(kind)).toMatchObject({ isOurs: true })
      expect(sets(kind)).toBe(before)
      expect(await acts()).toMatchObject([
        { act: 'set_card_notices', subject: `${product.cardId} ${oursOf(kind)}`, outcome: 'done', by: 'a test' },
      ])
      expect(await tell()).toMatchObject({ accepted: true, url: oursOf(kind) })
      await openInboxLoop(shop.services).drain()
      const grants = await shop.services.db
        .selectFrom('grants')
        .select('openid')
        .where('campaign_id', '=', campaign.id)
        .execute()
      expect(grants).toEqual([{ openid: card.openid }])
      expect(await found(kind)).toMatchObject({ ok: true, cure: '' })
    },
  )

  test.each(kinds)(
    '%s: the address of another system is named and stays, unless it is to be replaced',
    async (kind) => {
      inWorld(kind).notifyUrl = elsewhere
      await expect(set(kind)).rejects.toThrow(/https:\/\/crm\.example\/wechat.*--replace/)
      expect([inWorld(kind).notifyUrl, await acts()]).toEqual([elsewhere, []])
      expect(await found(kind)).toMatchObject({ ok: false, message: expect.stringContaining(elsewhere) as string })
      expect(await set(kind, true)).toMatchObject({ set: oursOf(kind) })
      expect(inWorld(kind).notifyUrl).toBe(oursOf(kind))
    },
  )

  test('where the merchant’s own system confirms the members, it may be the one that is told', async () => {
    await shop.services.db.updateTable('card_products').set({ confirm: 'crm' }).execute()
    shop.services.catalog.forget()
    inWorld('brand_partner').notifyUrl = elsewhere
    expect(await found('brand_partner')).toMatchObject({
      ok: true,
      message: expect.stringContaining(elsewhere) as string,
    })
  })

  test.each(kinds)('%s: after an answer that was lost it is set', async (kind) => {
    for (const fault of ['reset_after_commit', 'html_502_after_commit', 'bad_signature'] as FaultSpec['fault'][]) {
      inWorld(kind).notifyUrl = elsewhere
      shop.sandbox.control.setFault({ fault, endpoint: endpoints[kind][1] })
      expect(await set(kind, true)).toMatchObject({ set: oursOf(kind), isOurs: true })
      expect((await acts()).at(-1)).toMatchObject({ outcome: 'done' })
      shop.sandbox.control.clearFaults()
    }
  })

  test.each(kinds)('%s: a refusal is told with its cause, and silence as not known', async (kind) => {
    const [, endpoint] = endpoints[kind]
    inWorld(kind).notifyUrl = elsewhere
    shop.sandbox.control.setFault({ fault: 'no_auth', endpoint })
    await expect(set(kind, true)).rejects.toThrow(/no permission for these cards/)
    shop.sandbox.control.clearFaults()
    shop.sandbox.control.setFault({ fault: 'html_502', endpoint })
    await expect(set(kind, true)).rejects.toThrow(/not known whether the address was set/)
    expect((await acts()).map(({ outcome }) => outcome)).toEqual(['refused', 'unknown'])
    expect(inWorld(kind).notifyUrl).toBe(elsewhere)
    shop.sandbox.control.setFault({ fault: 'html_502', endpoint: endpoints[kind][0] })
    await expect(read(kind)).rejects.toThrow(/not known whether an address is set/)
    if (kind === 'membercard_open')
      expect(await found(kind)).toMatchObject({ ok: true, message: expect.stringContaining('查不到') as string })
  })

  test('a card that WeChat does not know is no card without an address', async () => {
    const strange = { ...here('brand_partner'), cardId: 'pStrange' }
    await expect(noticeAddress(shop.services, shop.merchant, strange)).rejects.toThrow(/does not know this card/)
  })

  test('where WeChat does not tell a card’s address, what it took from us counts, and nothing else', async () => {
    inWorld('brand_partner').notifyUrl = elsewhere
    await set('brand_partner', true)
    for (const kind of kinds) inWorld(kind).notifyUrl = ''
    expect(await read('brand_partner')).toMatchObject({ set: null, isOurs: true })
    expect(await read('brand')).toMatchObject({ set: null, isOurs: false })
    await set('brand_partner')
    expect(inWorld('brand_partner').notifyUrl).toBe(oursOf('brand_partner'))
    expect(await read('membercard_open')).toMatchObject({ set: null, isOurs: false })
  })

  test('an address that WeChat would not take is refused before it is asked', async () => {
    const services = { ...shop.services, config: { ...shop.services.config, production: true } }
    inWorld('brand').notifyUrl = ''
    const before = sets('brand')
    const refused = setOurNoticeAddress(services, shop.merchant, here('brand'), { replace: false, by: 'a test' })
    await expect(refused).rejects.toThrow(/PUBLIC_URL: must be https/)
    expect(sets('brand')).toBe(before)
  })
})
