import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { claim } from '../../src/claims/claim.ts'
import { applyMerchant } from '../../src/merchants/apply.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import { merchantFile } from '../../sandbox/merchant-file.ts'
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts'
import { createWorld } from '../../sandbox/world.ts'
import type { Services } from '../../src/services.ts'
import { importStock } from '../../src/stocks/import.ts'
import { aCampaign } from '../support/builders.ts'
import { cardOpened, signedHeaders } from '../support/events.ts'
import { openPhone, type Phone } from '../support/phone.ts'
import { openTestServices } from '../support/services.ts'
import { formOf, sessionCookies, type Site, startSite } from '../support/site.ts'

/** A tenant, its campaign, and a member of it with a coupon. */
type Shop = { merchant: Merchant; campaign: Campaign; openid: string; grantId: string; phone: Phone }

describe('two merchants under one roof', () => {
  let sandbox: Sandbox
  let services: Services & AsyncDisposable
  let site: Site
  let mine: Shop
  let theirs: Shop

  beforeAll(async () => {
    const world = createWorld({ slugs: ['mine', 'theirs'] })
    sandbox = await startSandbox({ port: 0, world })
    services = await openTestServices({ sandbox })
    site = await startSite(services)
    for (const slug of ['mine', 'theirs']) await applyMerchant(services, merchantFile(world, slug))
    mine = await openShop('mine', world.merchants[0]?.campaigns.link.stockId ?? '')
    theirs = await openShop('theirs', world.merchants[1]?.campaigns.link.stockId ?? '')
  })
  afterAll(async () => {
    await site[Symbol.asyncDispose]()
    await services[Symbol.asyncDispose]()
    await sandbox.close()
  })

  async function openShop(slug: string, stockId: string): Promise<Shop> {
    services.catalog.forget()
    const merchant = (await services.catalog.merchant(slug)) as Merchant
    const stock = await importStock(services, merchant, { stockId })
    const campaign = await aCampaign(services, stock, { slug: `only-${slug}` })
    const openid = `${slug}-member-000000000000000`
    const { grantId = '' } = await claim(services, { merchant, campaign, openid, claimKey: 'first' })
    return { merchant, campaign, openid, grantId, phone: site.phoneOf(merchant, openid) }
  }

  const counts = async () => {
    const count = (table: 'grants' | 'coupons' | 'slots' | 'inbox' | 'members') =>
      services.db
        .selectFrom(table)
        .select((eb) => eb.fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow()
    const tables = ['grants', 'coupons', 'slots', 'inbox', 'members'] as const
    return Promise.all(tables.map(async (table) => [table, Number((await count(table)).n)]))
  }
  let before: Awaited<ReturnType<typeof counts>>
  beforeEach(async () => {
    before = await counts()
  })

  test("a merchant's campaign has no address at another merchant", async () => {
    const { phone } = mine
    expect((await phone.get('/m/mine/c/only-mine')).status).toBe(200)
    const form = formOf((await site.phoneOf(mine.merchant, 'newcomer').get('/m/mine/c/only-mine')).text)
    for (const path of ['/m/mine/c/only-theirs', '/m/mine/c/only-theirs/claims/resume'])
      expect([path, (await phone.get(path)).status]).toEqual([path, 404])
    expect((await phone.post('/m/mine/c/only-theirs/claims', form)).status).toBe(404)
    expect(await counts()).toEqual(before)
  })

  test('a grant is shown to its member at its merchant, and to nobody else', async () => {
    expect((await mine.phone.get(`/m/mine/grants/${mine.grantId}`)).status).toBe(200)
    const stranger = site.phoneOf(mine.merchant, 'another-member')
    const own = theirs.phone
    const tries = [
      await mine.phone.get(`/m/mine/grants/${theirs.grantId}`),
      await own.get(`/m/theirs/grants/${mine.grantId}`),
      await stranger.get(`/m/mine/grants/${mine.grantId}`),
    ]
    for (const seen of tries) {
      expect(seen.status).toBe(404)
      expect(seen.text).not.toContain('满30减10')
    }
    for (const id of ['1', 'x', `${mine.grantId}'`, '..%2f..', mine.grantId.toUpperCase()])
      expect([id, (await stranger.get(`/m/mine/grants/${id}`)).status]).toEqual([id, 404])
    // Past the proxy, which refuses this one itself.
    const direct = openPhone(site.ownUrl, { cookies: stranger.cookies })
    expect((await direct.get('/m/mine/grants/%00')).status).toBe(404)
  })

  test('a session of one merchant is none at another, under whatever name it is sent', async () => {
    const [browser, [, cookie]] = sessionCookies(services, mine.merchant, mine.openid)
    const phone = site.phone()
    phone.cookies.set(...browser)
    phone.cookies.set('pc_member_theirs', { ...cookie, path: '/' })
    phone.cookies.set('pc_member_mine', { ...cookie, path: '/' })
    for (const path of [
      '/m/theirs/coupons',
      `/m/theirs/grants/${theirs.grantId}`,
      '/m/theirs/card-opened?card_id=x',
      '/m/theirs/paid?out_trade_no=1',
    ]) {
      const seen = await phone.get(path)
      expect([path, seen.status]).toEqual([path, 302])
      expect(new URL(seen.location).pathname).toBe('/connect/oauth2/authorize')
      expect(seen.location).toContain(theirs.merchant.officialAccount.appid)
    }
  })

  test('a session that was changed, cut or made up is none', async () => {
    const [browser, [name, { value }]] = sessionCookies(services, mine.merchant, mine.openid)
    const signature = value.slice(value.lastIndexOf('.'))
    const forged = [
      value.slice(0, -1),
      `x${value}`,
      value.replace(mine.openid, 'another-member'),
      `session-of-other.zzzzzz.another-member${signature}`,
      mine.openid,
      '',
      'a'.repeat(5_000),
      '%%%',
    ]
    for (const text of forged) {
      const phone = site.phone()
      phone.cookies.set(...browser)
      phone.cookies.set(name, { value: text, path: '/' })
      expect([text.slice(0, 40), (await phone.get('/m/mine/coupons')).status]).toEqual([text.slice(0, 40), 302])
    }
  })

  test('a session is none in another browser, to which somebody brought it', async () => {
    const [, session] = sessionCookies(services, mine.merchant, mine.openid)
    const others = site.phoneOf(mine.merchant, 'another-member')
    others.cookies.set(...session)
    expect((await others.get('/m/mine/coupons')).status).toBe(302)
  })

  test("another merchant's form token opens nothing, and no token neither", async () => {
    const visitor = site.phoneOf(mine.merchant, 'newcomer')
    const other = site.phoneOf(theirs.merchant, 'their-newcomer')
    const { _csrf: own = '' } = formOf((await visitor.get('/m/mine/c/only-mine')).text)
    const { _csrf: foreign = '' } = formOf((await other.get('/m/theirs/c/only-theirs')).text)
    const { _csrf: strangers = '' } = formOf((await site.phone().get('/m/mine/c/only-mine')).text)
    expect(foreign).not.toBe('')
    for (const _csrf of ['', 'wrong', strangers, own.slice(0, -1), `${own}x`]) {
      const seen = await visitor.post('/m/mine/c/only-mine/claims', { _csrf })
      expect(seen.status).toBe(403)
    }
    const withoutForm = await visitor.post('/m/mine/c/only-mine/claims', {}, { 'content-type': 'text/plain' })
    expect([403, 415]).toContain(withoutForm.status)
    const crossed = await visitor.post('/m/mine/c/only-mine/claims', { _csrf: foreign })
    expect(crossed.status).toBe(403)
    expect(await counts()).toEqual(before)
  })

  test("an event signed with one merchant's secret is refused at another", async () => {
    const body = JSON.stringify(cardOpened({ openid: theirs.openid }))
    const headers = signedHeaders(mine.merchant, body, services.clock.now())
    const post = (slug: string) => fetch(`${site.url}/api/${slug}/events`, { method: 'POST', body, headers })
    expect((await post('theirs')).status).toBe(401)
    expect((await post('nobody')).status).toBe(404)
    expect(await counts()).toEqual(before)
    expect((await post('mine')).status).toBe(202)
  })

  test('a payment notification is taken only under its own merchant and number', async () => {
    const order = sandbox.control.addOrder({ openid: mine.openid, total: 8_800 })
    const own = mine.merchant.accounts.find((account) => account.role === 'sender')?.mchid ?? ''
    const foreign = theirs.merchant.accounts.find((account) => account.role === 'sender')?.mchid ?? ''
    expect((await fetch(`${site.url}/notify/theirs/pay/${own}`, { method: 'POST', body: '{}' })).status).toBe(404)
    expect((await fetch(`${site.url}/notify/mine/pay/${foreign}`, { method: 'POST', body: '{}' })).status).toBe(404)
    expect((await mine.phone.get(`/m/mine/paid?transaction_id=${order.transactionId}`)).status).toBe(200)
    const stranger = await site
      .phoneOf(mine.merchant, 'another-member')
      .get(`/m/mine/paid?transaction_id=${order.transactionId}`)
    expect(stranger.text).not.toContain('满30减10')
    expect(await counts()).toEqual(before)
  })

  test('a login comes back to its own merchant only', async () => {
    const phone = site.phone()
    const asked = await phone.get('/m/mine/coupons')
    const granted = await fetch(asked.location, { redirect: 'manual' })
    const back = new URL(granted.headers.get('location') ?? '')
    expect(back.pathname).toBe('/oauth/mine/callback')
    const elsewhere = await phone.get(`/oauth/theirs/callback${back.search}`)
    expect(elsewhere.setCookies.join()).not.toContain('pc_member_theirs')
    expect((await phone.get('/m/theirs/coupons')).status).toBe(302)
  })
})
