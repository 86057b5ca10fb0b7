import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { landingOfCard } from '../../sandbox/wallet/landing-address.ts'
import type { HeldCard } from '../../sandbox/wallet/held-card.ts'
import type { WorldCardProduct } from '../../sandbox/world.ts'
import { openInboxLoop } from '../../src/inbox/loop.ts'
import { until } from '../support/waiting.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

// What a member sees who comes back from opening a card of WeChat Pay.

let shop: SandboxShop
let products: WorldCardProduct[]
let serial = 0

beforeAll(async () => {
  shop = await openShop({ wechat: 'sandbox', redis: false })
  products = shop.world.merchants[0]!.cardProducts!
  await shop.campaign({ kind: 'card_open', card_ids: products.map(({ cardId }) => cardId) })
})
beforeEach(() => {
  shop.sandbox.control.clearFaults()
  shop.sandbox.control.state.cardRate.allows = () => true
})
afterAll(() => shop[Symbol.asyncDispose]())

const productOf = (kind: WorldCardProduct['kind']) => products.find((product) => product.kind === kind)!
const take = (
  kind: WorldCardProduct['kind'],
  options: Parameters<typeof shop.sandbox.control.takeProductCard>[2] = {},
) => {
  serial += 1
  return shop.sandbox.control.takeProductCard(productOf(kind).cardId, `visitor-${serial}`, options)
}
const addressOf = (kind: WorldCardProduct['kind'], card: HeldCard) => `/m/demo/${landingOfCard(productOf(kind), card)}`
const open = (kind: WorldCardProduct['kind'], card: HeldCard, openid = card.openid) =>
  shop.phoneOf(openid).get(addressOf(kind, card))
const grantsOf = (openid: string) =>
  shop.services.db.selectFrom('grants').select('id').where('openid', '=', openid).execute()

describe.each(['brand_partner', 'brand'] as const)('the page after joining by %s', (kind) => {
  test('gives the coupon though no notice came: WeChat is asked, told, and the notice later changes nothing', async () => {
    const card = take(kind)
    const { text } = await open(kind, card)
    expect(text).toContain('开卡成功')
    expect(card.state).toBe('EFFECTIVE')
    await shop.sandbox.control.push({ kind: 'brand_card', cardId: card.cardId, openid: card.openid, event: 'CREATE' })
    await openInboxLoop(shop.services).drain()
    expect(await grantsOf(card.openid)).toHaveLength(1)
  })

  test('shows an existing member, who joined by an order, that the gift is for new ones', async () => {
    const card = take(kind, { state: 'EFFECTIVE' })
    expect((await open(kind, card)).text).toContain('您已经是会员了')
    expect(await grantsOf(card.openid)).toEqual([])
  })

  test('asks WeChat once for many pages that are loaded at the same time', async () => {
    const card = take(kind)
    shop.sandbox.control.setFault({ fault: 'system_error', endpoint: 'card_list', openid: card.openid })
    const before = shop.sandbox.control.countCalls('card_list')
    const phone = shop.phoneOf(card.openid)
    const pages = await Promise.all([1, 2, 3, 4].map(() => phone.get(addressOf(kind, card))))
    for (const page of pages) expect(page.text).toContain('正在确认您的会员卡')
    expect(shop.sandbox.control.countCalls('card_list') - before).toBe(1)
  })
})

describe('the page after filling in the form of membercard-open', () => {
  test('activates the card, and the coupon comes with WeChat’s word that it is new', async () => {
    const card = take('membercard_open')
    expect((await open('membercard_open', card)).text).toContain('会员卡已激活')
    expect(card.state).toBe('EFFECTIVE')
    expect(await grantsOf(card.openid)).toEqual([])
    const told = { kind: 'open_card', cardId: card.cardId, openid: card.openid, event: 'ACTIVATE_CARD' } as const
    await shop.sandbox.control.push(told)
    await openInboxLoop(shop.services).drain()
    expect((await open('membercard_open', card)).text).toContain('开卡成功')
    expect(await grantsOf(card.openid)).toHaveLength(1)
  })

  test('gives nothing to whoever opens another member’s address, or makes one up', async () => {
    const card = take('membercard_open')
    expect((await open('membercard_open', card, 'a-stranger')).status).toBe(404)
    expect(card.state).toBe('UNACTIVATED')
    const made = { ...card, encryptCode: 'AAAA' }
    expect((await open('membercard_open', made)).text).toContain('没有找到您的会员卡')
    const withoutForm = { ...card, activateTicket: 'AAAA' }
    expect((await open('membercard_open', withoutForm)).text).toContain('会员卡还没有激活')
    expect(card.state).toBe('UNACTIVATED')
  })

  test('is also at the one address of all cards, by the card’s id', async () => {
    const card = take('membercard_open')
    const query = addressOf('membercard_open', card)
      .split('?')[1]!
      .replace(/card_id=[^&]*&?/, '')
    const page = await shop.phoneOf(card.openid).get(`/m/demo/card-opened?card_id=${card.cardId}&${query}`)
    expect(page.text).toContain('会员卡已激活')
  })

  test('takes a code whose plus sign came as a space', async () => {
    const card = take('membercard_open')
    const address = addressOf('membercard_open', card).replaceAll('%2B', '+')
    expect((await shop.phoneOf(card.openid).get(address)).text).toContain('会员卡已激活')
  })
})

test('a page gets a new token per tap for its member and card, and only with its form’s proof', async () => {
  const { cardId } = productOf('brand_partner')
  const phone = shop.phoneOf('tapper')
  const path = `/m/demo/card/${cardId}/token`
  expect((await phone.post(path, {})).status).toBe(403)
  const link = await shop.campaign()
  const [, csrf = ''] = /name="_csrf" value="([^"]+)"/.exec((await phone.get(`/m/demo/c/${link.slug}`)).text) ?? []
  const tap = () => phone.post(path, { _csrf: csrf })
  const [one, other] = [await tap(), await tap()]
  expect(one.status).toBe(200)
  expect(JSON.parse(one.text)).toEqual({
    business_type: 'wxpayCardMember',
    query_string: expect.stringMatching(/^token=[0-9a-f]{32}$/),
  })
  expect(other.text).not.toBe(one.text)
})

test('the card’s page carries what a tap needs, is the only one that may ask our server, and says what to do without it', async () => {
  const { cardId } = productOf('brand_partner')
  const path = `/m/demo/card/${cardId}`
  const phone = shop.phoneOf('reader')
  const { status, text, headers } = await phone.get(path)
  expect(status).toBe(200)
  expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*; connect-src 'self'$/)
  expect(text).toContain('请在手机微信里打开本页')
  const [button = ''] = /<button[^>]*data-wechat-invoke="openBusinessView"[^>]*>/.exec(text) ?? []
  expect(button).toMatch(/ hidden /)
  const [, ask = ''] = /data-wechat-ask="([^"]+)"/.exec(button) ?? []
  const [, csrf = ''] = /data-csrf="([^"]+)"/.exec(button) ?? []
  expect((await phone.post(ask, {}, { 'x-csrf-token': csrf })).status).toBe(200)
  expect((await phone.get('/m/demo/coupons')).headers.get('content-security-policy')).not.toContain('connect-src')
  expect((await phone.get('/m/demo/card/unknown')).status).toBe(404)
  expect((await phone.get(`/m/demo/card/${productOf('membercard_open').cardId}`)).status).toBe(404)
  expect((await shop.site.phone().get(path)).status).toBe(302)
})

test.each(['brand_partner', 'brand', 'membercard_open'] as const)(
  'a person at the sandbox’s phone opens a card of %s and gets the coupon',
  async (kind) => {
    const { cardId } = productOf(kind)
    const person = `person-${kind}`
    const chosen = await fetch(`${shop.sandbox.url}/sandbox/card`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: `sandbox_member=${person}` },
      body: new URLSearchParams({ merchant: 'demo', card: cardId, push: 'on' }),
    })
    const openid = shop.member(person)
    const phone = shop.phoneOf(openid)
    await phone.get(chosen.headers.get('location')!)
    await until(async () => {
      await openInboxLoop(shop.services).drain()
      return (await grantsOf(openid)).length > 0
    })
    expect((await phone.get(`/m/demo/card/${cardId}/opened`)).text).toContain('开卡成功')
    expect(await grantsOf(openid)).toHaveLength(1)
  },
)
