import { afterAll, beforeAll, expect, test } from 'vitest'
import { callerOf } from '../../sandbox/wallet/products.ts'
import { signatureHeaders } from '../../sandbox/pay/sign-answer.ts'
import type { WorldCardProduct } from '../../sandbox/world.ts'
import { openInboxLoop } from '../../src/inbox/loop.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

// 商家名片会员 of a brand that signs for itself: its own scheme, keys and address.

let shop: SandboxShop
let product: WorldCardProduct

beforeAll(async () => {
  shop = await openShop({ wechat: 'sandbox', redis: false })
  product = shop.world.merchants[0]!.cardProducts!.find(({ kind }) => kind === 'brand')!
  await shop.campaign({ kind: 'card_open', card_ids: [product.cardId] })
})
afterAll(() => shop[Symbol.asyncDispose]())

const apply = () => openInboxLoop(shop.services).drain()
const take = (openid: string) => shop.sandbox.control.takeProductCard(product.cardId, openid)
const tell = (openid: string, more: object = {}) =>
  shop.sandbox.control.push({ kind: 'brand_card', cardId: product.cardId, openid, event: 'CREATE', ...more })
const grantsOf = (openid: string) =>
  shop.services.db.selectFrom('grants').select('id').where('openid', '=', openid).execute()

test('who takes the card is confirmed under the brand’s own name, and gets the coupon once', async () => {
  const card = take('own-1')
  const told = await tell(card.openid)
  expect(told).toMatchObject({ accepted: true, url: expect.stringContaining(`/brand/${product.brandId}`) })
  await tell(card.openid)
  await apply()
  expect(card).toMatchObject({ state: 'EFFECTIVE', code: expect.stringMatching(/^\d{20}$/) })
  expect(await grantsOf(card.openid)).toHaveLength(1)
  const [call] = shop.sandbox.control.calls({ endpoint: 'card_confirm' })
  expect(call).toMatchObject({ mchid: product.brandId, status: 200, path: expect.stringMatching(/^\/brand\//) })
})

test('an answer may be signed under either word for its kind, and under no other', async () => {
  const { state } = shop.sandbox.control
  const account = callerOf(state, product.brandId!)!
  const merchant = (await shop.services.catalog.merchant(shop.merchant.slug))!
  const client = shop.services.brand(merchant.cards.find(({ cardId }) => cardId === product.cardId)!)
  const body = JSON.stringify({})
  const opened = async (type: string) => {
    const headers = await signatureHeaders(state, body, { account })
    const verdict = client.openNotification({ ...headers, 'wechatpay-signature-type': type }, Buffer.from(body))
    return verdict.catch((fault: { word: string }) => fault.word)
  }
  // What is verified has no resource to open.
  expect(await opened('WECHATPAY-BRAND-SHA256-RSA2048')).toBe('malformed')
  expect(await opened('WECHATPAY2-SHA256-RSA2048')).toBe('malformed')
  expect(await opened('WECHATPAY2-SM2-WITH-SM3')).toBe('unknown_type')
})

test('a notice at another brand’s address, with another key or forged, is refused', async () => {
  const card = take('own-2')
  expect(await tell(card.openid, { spoil: 'signature' })).toMatchObject({ attempts: [{ status: 401 }] })
  const elsewhere = `${shop.site.url}/notify/${shop.merchant.slug}/brand/1000000`
  expect(await tell(card.openid, { notifyUrl: elsewhere })).toMatchObject({ attempts: [{ status: 404 }] })
  const { brandKeys } = product
  const { apiKey } = brandKeys!
  brandKeys!.apiKey = 'x'.repeat(32)
  expect(await tell(card.openid)).toMatchObject({ attempts: [{ status: 401 }] })
  brandKeys!.apiKey = apiKey
  await apply()
  expect(await grantsOf(card.openid)).toEqual([])
})
