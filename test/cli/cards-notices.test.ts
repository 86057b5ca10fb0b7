import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { WorldCardProduct } from '../../sandbox/world.ts'
import { runCli } from '../../src/cli/run.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

let shop: SandboxShop
let products: WorldCardProduct[]

beforeAll(async () => {
  shop = await openShop({ wechat: 'sandbox', redis: false })
  products = shop.world.merchants[0]!.cardProducts!
})
beforeEach(() => {
  shop.sandbox.control.clearFaults()
  shop.sandbox.control.state.cardRate.allows = () => true
  for (const product of products) product.notifyUrl = ''
})
afterAll(() => shop[Symbol.asyncDispose]())

async function run(...args: string[]) {
  const said = { out: '', err: '' }
  const { databaseUrl, masterKeys } = shop.services.config
  const env = {
    DATABASE_URL: databaseUrl,
    MASTER_KEY: masterKeys.map((key) => key.toString('base64')).join(','),
    COOKIE_KEYS: randomBytes(24).toString('base64url'),
    PUBLIC_URL: 'https://coupons.example',
    WECHAT_PAY_URL: shop.sandbox.url,
    WECHAT_PAY_BACKUP_URL: shop.sandbox.backupUrl,
  }
  const output = { out: (text: string) => (said.out += text), err: (text: string) => (said.err += text) }
  const code = await runCli(['cards', 'notices', ...args], output, env)
  return { code, ...said }
}

const ours = ({ kind, brandId, mchid }: WorldCardProduct) =>
  `https://coupons.example/notify/demo/${kind === 'brand' ? `brand/${brandId}` : `pay/${mchid}`}`

test('all cards of a merchant are shown, and set to our addresses in one go', async () => {
  const shown = await run('demo')
  expect(shown).toMatchObject({ code: 0, err: '' })
  for (const product of products) expect(shown.out).toContain(`${product.cardId}: none\n  ours: ${ours(product)}\n`)
  const set = await run('demo', '--set', '--json')
  expect(set.code).toBe(0)
  const data = JSON.parse(set.out) as object[]
  expect(data).toHaveLength(products.length)
  for (const product of products)
    expect(data).toContainEqual({
      card_id: product.cardId,
      caller: product.mchid ?? product.brandId,
      set: ours(product),
      ours: ours(product),
      is_ours: true,
    })
  expect(products.map(({ notifyUrl }) => notifyUrl)).toEqual(products.map(ours))
  expect((await run('demo')).out).toContain(`${products[0]!.cardId}: ${ours(products[0]!)} (ours)\n`)
})

test('one card that is refused keeps no other from being set', async () => {
  const [first, ...others] = products
  first!.notifyUrl = 'https://crm.example/wechat'
  const set = await run('demo', '--set')
  expect(set.code).toBe(1)
  expect(set.out).toMatch(new RegExp(`${first!.cardId}: .*https://crm\\.example/wechat.*--replace`))
  expect([first!.notifyUrl, ...others.map(({ notifyUrl }) => notifyUrl)]).toEqual([
    'https://crm.example/wechat',
    ...others.map(ours),
  ])
  expect((await run('demo', '--card', first!.cardId)).out).toContain('(of another system)')
  expect(await run('demo', '--card', first!.cardId, '--set', '--replace')).toMatchObject({ code: 0 })
  expect(first!.notifyUrl).toBe(ours(first!))
})

test('a card that is not connected, and a flag without its other, are named', async () => {
  expect(await run('demo', '--card', 'pNobody')).toEqual({
    code: 1,
    out: '',
    err: 'merchant demo has no card pNobody\n',
  })
  expect(await run('demo', '--replace')).toMatchObject({
    code: 2,
    err: expect.stringContaining('--replace is given together with --set') as string,
  })
})
