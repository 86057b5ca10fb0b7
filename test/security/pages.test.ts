import { load } from 'cheerio'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { claim } from '../../src/claims/claim.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'
import { openPhone, type Phone, type Seen } from '../support/phone.ts'
import { type Site, startSite } from '../support/site.ts'

const attack = `"><script>alert(1)</script><img src=x onerror=alert(2)>'{{7*7}}<%= 7*7 %>`

describe('every page', () => {
  let shop: SandboxShop
  let site: Site
  let member: Phone
  let grantId: string
  let campaignPage: string

  beforeAll(async () => {
    shop = await openShop({ wechat: 'sandbox', config: { publicUrl: 'https://coupons.example.com' } })
    site = await startSite(shop.services)
    const { services, merchant } = shop
    await services.db
      .updateTable('merchants')
      .set({ name: attack.slice(0, 100), updated_at: new Date() })
      .execute()
    await services.db.updateTable('stocks').set({ name: attack }).execute()
    const campaign = await shop.campaign({ limits: { per_member: 1 } })
    await services.db
      .updateTable('campaigns')
      .set({ title: attack, rules: `${attack}\n${attack}` })
      .execute()
    services.catalog.forget()
    const openid = shop.member('reader')
    const fresh = (await services.catalog.campaign(merchant.id, campaign.slug)) ?? campaign
    const answer = await claim(services, { merchant, campaign: fresh, openid, claimKey: 'once' })
    grantId = answer.grantId ?? ''
    campaignPage = `/m/demo/c/${campaign.slug}`
    member = site.phoneOf(merchant, openid)
  })
  afterAll(async () => {
    await site[Symbol.asyncDispose]()
    await shop[Symbol.asyncDispose]()
  })

  async function everyPage(): Promise<[string, Seen][]> {
    const visits: [string, Phone][] = [
      [campaignPage, member],
      [campaignPage, site.phone()],
      [campaignPage, site.browser()],
      [`${campaignPage}?reason=sold_out`, member],
      [`${campaignPage}?reason=${encodeURIComponent(attack)}`, site.phone()],
      [`/m/demo/grants/${grantId}`, member],
      ['/m/demo/coupons', member],
      ['/m/demo/coupons', site.browser()],
      [`/m/demo/card-opened?card_id=${encodeURIComponent(attack)}&encrypt_code=x`, member],
      ['/m/demo/card-opened', member],
      [`/m/demo/paid?out_trade_no=${encodeURIComponent(attack)}`, member],
      ['/m/demo/paid', member],
      [`/m/demo/grants/${encodeURIComponent(attack)}`, member],
      [`/m/${encodeURIComponent(attack)}/coupons`, member],
      [`/oauth/demo/callback?code=${encodeURIComponent(attack)}&state=${encodeURIComponent(attack)}`, site.phone()],
      [`/${encodeURIComponent(attack)}`, member],
      ['/healthz', site.operator()],
      ['/readyz', site.operator()],
    ]
    return Promise.all(visits.map(async ([path, phone]) => [path, await phone.get(path)] as [string, Seen]))
  }

  test('shows what came from outside as text: no script, handler or element is made of it', async () => {
    let shown = 0
    for (const [path, { text }] of await everyPage()) {
      const $ = load(text)
      expect([path, $('[onerror], img[src=x]').length]).toEqual([path, 0])
      for (const script of $('script').toArray()) {
        expect([path, $(script).text().trim()]).toEqual([path, ''])
        expect($(script).attr('src')).toMatch(/^\/assets\//)
      }
      for (const element of $('*').toArray())
        for (const name of Object.keys($(element).attr() ?? {}))
          expect([path, name]).toEqual([path, expect.not.stringMatching(/^(on|style$)/)])
      expect(text).not.toContain('<script>alert')
      shown += text.includes('alert(1)') ? 1 : 0
    }
    // The names are there, harmless.
    expect(shown).toBeGreaterThan(3)
  })

  test('carries a policy that forbids all but its own, and is kept by nobody', async () => {
    for (const [path, { headers, status }] of await everyPage()) {
      const policy = headers.get('content-security-policy') ?? ''
      for (const rule of ["default-src 'none'", "script-src 'nonce-", "frame-ancestors 'none'", "base-uri 'none'"])
        expect([path, policy]).toEqual([path, expect.stringContaining(rule)])
      expect(policy).not.toMatch(/unsafe|\*/)
      expect([path, headers.get('x-content-type-options')]).toEqual([path, 'nosniff'])
      expect([path, headers.get('cache-control')]).toEqual([path, expect.stringContaining('no-store')])
      expect([path, headers.get('referrer-policy')]).toEqual([path, expect.stringMatching(/same-origin|no-referrer/)])
      expect([path, status]).toEqual([path, expect.any(Number)])
      expect([path, status >= 500]).toEqual([path, false])
      expect(headers.get('x-powered-by')).toBeNull()
    }
  })

  test('sets only cookies that scripts, other sites and plain connections do not get', async () => {
    const cookies = (await everyPage()).flatMap(([, { setCookies }]) => setCookies)
    expect(cookies.length).toBeGreaterThan(0)
    for (const cookie of cookies) {
      expect(cookie).toMatch(/; httponly/i)
      expect(cookie).toMatch(/; secure/i)
      expect(cookie).toMatch(/; samesite=lax/i)
      expect(cookie).not.toMatch(/; domain=/i)
    }
  })

  test('leads nobody to another site after the login', async () => {
    for (const target of ['//evil.example', 'https://evil.example', '/\\evil.example', '/m/demo/../../evil']) {
      const phone = site.phone()
      const seen = await phone.get(`/oauth/demo/callback?code=x&state=y&from=${encodeURIComponent(target)}`)
      if (seen.location) expect(new URL(seen.location).origin).toBe(shop.sandbox.url)
    }
  })

  test('a body that is too large is turned away, and the process goes on', async () => {
    const large = 'x'.repeat(1_000_000)
    const send = (path: string, type: string) =>
      fetch(site.url + path, { method: 'POST', body: large, headers: { 'content-type': type } }).then(
        (response) => response.status,
        // The connection may be cut before all of it was sent.
        () => 413,
      )
    for (const [path, type] of [
      [`${campaignPage}/claims`, 'application/x-www-form-urlencoded'],
      [`${campaignPage}/claims`, 'application/json'],
      ['/api/demo/events', 'application/json'],
      [`/notify/demo/pay/${shop.merchant.accounts[0]?.mchid}`, 'application/json'],
      ['/notify/demo/oa?timestamp=1&nonce=2&msg_signature=x', 'text/xml'],
    ] as const)
      expect([path, await send(path, type)]).toEqual([path, 413])
    expect((await site.operator().get('/healthz')).status).toBe(200)
  })

  test.each([
    ['/m/demo/c/%00', 404],
    ['/m/demo/paid?out_trade_no=a%00b', 404],
    ['/m/demo/c/%E0%A4%A', 404],
    ['/m/__proto__/coupons', 404],
    ['/m/demo/c/constructor', 404],
    ['/assets/..%2f..%2fpackage.json', 404],
    ['/assets/%2e%2e%2fsrc%2fmain.ts', 404],
    [`/m/demo/c/${'a'.repeat(8_000)}`, 404],
    [`/m/demo/paid?out_trade_no=${'1'.repeat(8_000)}`, 302],
    ['/m/demo/paid?out_trade_no=a&out_trade_no=b', 302],
    ['/oauth/demo/callback?code[]=1&state[]=2', 302],
    ['/MP_verify_%2e%2e.txt', 404],
  ])('%s answers %i and breaks nothing', async (path, status) => {
    // Past the proxy, which refuses some of these itself.
    expect((await openPhone(site.ownUrl).get(path)).status).toBe(status)
  })
})
