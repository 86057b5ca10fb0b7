import { load } from 'cheerio'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ofMerchant } from '../../../src/operators/rights/scope.ts'
import type { Stock } from '../../../src/plumbing/storage/schema/stock.ts'
import { aCampaign, aMerchant, aStock } from '../../support/builders.ts'
import { movableClock } from '../../support/clock.ts'
import { type ConsoleBrowser, consoleBrowser, tokenOf } from '../../support/console.ts'
import { openShop, type Shop } from '../../support/shop.ts'

const clock = movableClock()
const people: Record<string, ConsoleBrowser> = {}
let shop: Shop
let stock: Stock
beforeAll(async () => {
  shop = await openShop({ redis: false, clock })
  const services = Object.assign(shop.services, { clock })
  const mall = await aMerchant(services, { slug: 'mall' })
  for (const [name, merchant, role] of [
    ['owner', shop.merchant, 'owner'],
    ['partner', shop.merchant, 'owner'],
    ['clerk', shop.merchant, 'operator'],
    ['viewer', shop.merchant, 'viewer'],
    ['far', mall, 'owner'],
  ] as const) {
    people[name] = await consoleBrowser(services, shop.site, `${name}@example.com`, {
      ...ofMerchant(merchant.id),
      role,
    })
  }
}, 60_000)
afterAll(() => shop[Symbol.asyncDispose]())
beforeEach(async () => {
  stock = await aStock(shop.services, shop.merchant)
})

const see = async (path: string, who: string) => {
  const seen = await people[who]!.phone.get(path)
  const $ = load(seen.text)
  return { ...seen, $, words: $('main').text().replace(/\s+/g, ' ') }
}
const send = async (action: string, fields: Record<string, string>, who: string) => {
  const _csrf = tokenOf((await people[who]!.phone.get('/console/account')).text)
  const seen = await people[who]!.phone.post(action, { _csrf, ...fields })
  return { ...seen, words: load(seen.text)('main').text().replace(/\s+/g, ' ') }
}
const stateOf = async (slug: string) =>
  (await shop.services.db.selectFrom('campaigns').select('state').where('slug', '=', slug).executeTakeFirstOrThrow())
    .state

/** A draft that `who` has asked to publish: its slug and the proposal's page. */
async function asked(who: string): Promise<{ slug: string; page: string }> {
  const { slug } = await aCampaign(shop.services, stock, { state: 'draft', limits: { per_member: 1, total: 7 } })
  const address = `/console/m/${shop.merchant.slug}/campaigns/${slug}/publish`
  const { words, $ } = await see(address, who)
  expect(words).toContain('需要另一位管理员批准')
  const { location } = await send(address, { revision: '1', seen: $('[name=seen]').val() as string }, who)
  expect(location).toMatch(/^\/console\/proposals\/\d+$/)
  return { slug, page: location }
}

test('what is asked for waits in the menu and the list, and says what would change', async () => {
  const { slug, page } = await asked('clerk')
  const home = await see('/console', 'owner')
  expect(home.$('nav a[href="/console/proposals"]').text()).toMatch(/申请与批准\s*[1-9]/)
  expect((await see('/console/proposals', 'owner')).$(`a[href="${page}"]`).text()).toContain(slug)
  const { words } = await see(page, 'owner')
  for (const word of ['草稿', '已发布', '最多 7 张 × 10 元 = 70 元', 'clerk', '批准', '驳回'])
    expect(words).toContain(word)
  expect((await see(`/console/m/${shop.merchant.slug}/campaigns/${slug}`, 'clerk')).words).toContain('等待批准')
  expect((await see(page, 'far')).status).toBe(404)
  expect((await send(page, { do: 'approve' }, 'far')).status).toBe(404)
  expect((await see(page, 'viewer')).status).toBe(403)
  expect(await stateOf(slug)).toBe('draft')
})

test('another owner approves it with a code in the same step, and then it is published', async () => {
  const { slug, page } = await asked('clerk')
  clock.advance(11 * 60_000)
  const wrong = await send(page, { do: 'approve', code: '000000' }, 'owner')
  expect([wrong.status, await stateOf(slug)]).toEqual([422, 'draft'])
  const done = await send(page, { do: 'approve', code: people.owner!.code() }, 'owner')
  expect(done.location).toBe(`${page}?done=approved`)
  expect([(await see(done.location, 'clerk')).words, await stateOf(slug)]).toEqual([
    expect.stringContaining('已批准'),
    'published',
  ])
  const twice = await send(page, { do: 'approve', code: people.partner!.code() }, 'partner')
  expect([twice.status, twice.words]).toEqual([409, expect.stringContaining('已经处理过')])
})

test('one does not approve what one has asked for oneself, and an operator approves nothing', async () => {
  const { slug, page } = await asked('owner')
  const code = () => people.owner!.code()
  expect((await see(page, 'owner')).words).not.toContain('批准后立即生效')
  const own = await send(page, { do: 'approve', code: code() }, 'owner')
  expect([own.status, own.words]).toEqual([403, expect.stringContaining('不能批准自己的申请')])
  expect((await send(page, { do: 'approve', code: people.clerk!.code() }, 'clerk')).status).toBe(403)
  expect(await stateOf(slug)).toBe('draft')
})

test('what was changed meanwhile is not approved', async () => {
  const { slug, page } = await asked('clerk')
  await shop.services.db
    .updateTable('campaigns')
    .set((is) => ({ revision: is('revision', '+', 1) }))
    .where('slug', '=', slug)
    .execute()
  const late = await send(page, { do: 'approve', code: people.owner!.code() }, 'owner')
  expect([late.status, late.words]).toEqual([409, expect.stringContaining('申请之后内容又改过了')])
  expect(await stateOf(slug)).toBe('draft')
})

test('it is refused with a reason, or taken back by whoever asked', async () => {
  const [first, second] = [await asked('clerk'), await asked('clerk')]
  const bare = await send(first.page, { do: 'reject', reason: ' ' }, 'owner')
  expect([bare.status, bare.words]).toEqual([422, expect.stringContaining('请写明理由')])
  expect((await send(first.page, { do: 'reject', reason: '预算不够' }, 'owner')).status).toBe(303)
  expect((await see(first.page, 'clerk')).words).toContain('预算不够')
  expect((await send(second.page, { do: 'withdraw' }, 'clerk')).status).toBe(303)
  expect((await see(second.page, 'clerk')).words).toContain('已撤回')
  expect([await stateOf(first.slug), await stateOf(second.slug)]).toEqual(['draft', 'draft'])
})
