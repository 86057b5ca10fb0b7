import { load } from 'cheerio'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyAudit } from '../../../src/operators/audit/chain.ts'
import type { Offer } from '../../../src/operators/memberships.ts'
import { ofMerchant, ofProvider } from '../../../src/operators/rights/scope.ts'
import type { Services } from '../../../src/services.ts'
import { aMerchant } from '../../support/builders.ts'
import { type MovableClock, movableClock } from '../../support/clock.ts'
import { type ConsoleBrowser, consoleBrowser } from '../../support/console.ts'
import { openShop, type SandboxShop } from '../../support/shop.ts'

const clock = movableClock()
const guide = '/console/m/demo/guide'
let shop: SandboxShop
let services: Services & { clock: MovableClock }
let owner: ConsoleBrowser
let provider: ConsoleBrowser
let viewer: ConsoleBrowser
let mchid: string

const person = (email: string, offer: Partial<Offer>) => consoleBrowser(services, shop.site, email, offer)

beforeAll(async () => {
  shop = await openShop({ wechat: 'sandbox', redis: false, clock })
  services = Object.assign(shop.services, { clock })
  mchid = shop.merchant.accounts.find(({ role }) => role === 'provider')!.mchid
  const here = ofMerchant(shop.merchant.id)
  owner = await person('owner@example.com', { ...here, role: 'owner' })
  viewer = await person('viewer@example.com', { ...here, role: 'viewer' })
  provider = await person('provider@example.com', { ...ofProvider(mchid), role: 'provider' })
})
afterAll(() => shop[Symbol.asyncDispose]())

/** The page's steps: what stands in each, by number. */
async function stepsOf(browser: Pick<ConsoleBrowser, 'phone'>, path = guide): Promise<Record<string, string>> {
  const page = load((await browser.phone.get(path)).text)
  const steps = page('li.step').toArray()
  return Object.fromEntries(steps.map((one) => [page(one).attr('id')!.slice(5), page(one).text().replace(/\s+/g, ' ')]))
}

const keptRows = () => services.db.selectFrom('onboarding_steps').selectAll().orderBy('id').execute()
const aMinuteLater = () => clock.advance(61_000)
const today = () => new Date(clock.now().getTime() + 8 * 3_600_000).toISOString().slice(0, 10)

describe('the guide', () => {
  test('shows all twelve steps with what is to do, and what WeChat answers once it is examined', async () => {
    aMinuteLater()
    const before = await stepsOf(owner)
    expect(Object.keys(before)).toHaveLength(12)
    expect(before[3]).toContain('未确认')
    expect(before[3]).toContain('商户平台 · 产品中心 · AppID账号管理')
    const sent = await owner.submit(guide, `${guide}/examination`)
    expect([sent.status, sent.location]).toEqual([303, `${guide}?done=examined`])
    const after = await stepsOf(owner)
    expect(after[3]).toContain('完成')
    expect(after[3]).toContain('已关联商户号')
    expect((await owner.phone.get(guide)).text).toContain('owner@example.com')
  })

  test("shows WeChat's refusal and the cure when something is missing", async () => {
    aMinuteLater()
    const { appids } = shop.world.accounts[0]!
    shop.world.accounts[0]!.appids = []
    await owner.submit(guide, `${guide}/examination`)
    shop.world.accounts[0]!.appids = appids
    const { 3: third } = await stepsOf(owner)
    expect(third).toContain('失败')
    expect(third).toContain('APPID_MCHID_NOT_MATCH')
    expect(third).toContain('待关联商户号')
  })

  test('is examined at most once a minute, also by two at once', async () => {
    aMinuteLater()
    const answers = await Promise.all([1, 2].map(() => owner.submit(guide, `${guide}/examination`)))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([303, 429])
    expect(answers.find(({ status }) => status === 429)!.text).toContain('一分钟内刚检测过')
    const kept = await services.db.selectFrom('examinations').selectAll().execute()
    expect(kept.length).toBeLessThanOrEqual(5)
  })

  test('puts the own half first: the merchant’s for its owner, the provider’s for the provider', async () => {
    const first = async ({ phone }: ConsoleBrowser) => load((await phone.get(guide)).text)('li.step').attr('id')
    expect([await first(owner), await first(provider)]).toEqual(['step-3', 'step-1'])
  })

  test('keeps what a person says of a step, with the audit’s entry of before and after', async () => {
    const said = await owner.submit(guide, `${guide}/steps/4`, { state: 'asked', on: '2026-11-02' })
    expect([said.status, said.location]).toEqual([303, `${guide}?done=said`])
    await provider.submit(guide, `${guide}/steps/4`, { state: 'granted', on: '2026-11-20' })
    expect((await stepsOf(viewer))[4]).toContain('已完成（2026-11-20，人工填写）')
    const entries = await services.db.selectFrom('audit_entries').selectAll().where('act', '=', 'step_said').execute()
    expect(entries.at(-1)).toMatchObject({
      by: 'provider@example.com',
      subject: 'demo cross_merchant',
      merchant_id: shop.merchant.id,
      changes: [
        ['state', 'asked', 'granted'],
        ['day', '20261102', '20261120'],
      ],
    })
    expect((await verifyAudit(services.db)).broken).toBeUndefined()
  })

  test.each(['', '2026-02-30', 'yesterday', '2999-01-01'])('does not take %j for a day', async (on) => {
    const before = await keptRows()
    const seen = await owner.submit(guide, `${guide}/steps/4`, { state: 'granted', on })
    expect(seen.status).toBe(422)
    const page = load(seen.text)
    expect(page('[role=alert] a').attr('href')).toBe('#f-on-4')
    expect(page('#f-on-4').attr('aria-invalid')).toBe('true')
    expect(page('#f-on-4').attr('value') ?? '').toBe(on)
    expect(page('[aria-invalid]')).toHaveLength(1)
    expect(await keptRows()).toEqual(before)
  })

  test('takes nothing by hand of a step that our own tables decide, or that is none', async () => {
    const before = await keptRows()
    const sent = { state: 'granted', on: '2026-11-02' }
    expect((await owner.submit(guide, `${guide}/steps/12`, sent)).status).toBe(422)
    expect((await owner.submit(guide, `${guide}/steps/4`, { ...sent, state: 'x' })).status).toBe(422)
    expect((await owner.submit(guide, `${guide}/steps/13`, sent)).status).toBe(404)
    expect(await keptRows()).toEqual(before)
  })

  test('is read by a viewer, who can change nothing', async () => {
    const page = load((await viewer.phone.get(guide)).text)
    expect(page('main form')).toHaveLength(0)
    for (const path of ['examination', 'steps/4', 'share']) {
      const seen = await viewer.submit(guide, `${guide}/${path}`, { state: 'granted', on: '2026-11-02' })
      expect([path, seen.status]).toEqual([path, 403])
    }
  })

  test('of another merchant is unknown, and a form without the token does nothing', async () => {
    await aMerchant(services, { slug: 'other' })
    const stranger = await person('stranger@example.com', { ...ofMerchant(shop.merchant.id), role: 'owner' })
    for (const slug of ['other', 'nobody']) {
      expect((await stranger.phone.get(`/console/m/${slug}/guide`)).status).toBe(404)
      const sent = await stranger.submit(guide, `/console/m/${slug}/guide/examination`)
      expect(sent.status).toBe(404)
    }
    const before = await keptRows()
    for (const path of ['examination', 'steps/4', 'share']) {
      const sent = { state: 'refused', on: '2026-11-02' }
      expect((await owner.phone.post(`${guide}/${path}`, sent)).status).toBe(403)
    }
    expect(await keptRows()).toEqual(before)
  })
})

describe('a shared half', () => {
  async function shared(by: ConsoleBrowser, half: string): Promise<string> {
    const sent = await by.submit(guide, `${guide}/share`, { half })
    expect(sent.location).toBe(`${guide}?done=shared`)
    const link = load((await by.phone.get(sent.location)).text)('#share').text()
    return new URL(link).pathname
  }

  test('is shown to whoever has the link, without sign-in and without any secret, and only to read', async () => {
    const path = await shared(owner, 'provider')
    const seen = await shop.site.browser().get(path)
    expect(seen.status).toBe(200)
    const page = load(seen.text)
    expect(
      page('li.step')
        .toArray()
        .map((one) => page(one).attr('id')),
    ).toEqual(['1', '2', '4', '5', '9', '10'].map((number) => `step-${number}`))
    expect(page('form, input')).toHaveLength(0)
    const { officialAccount, accounts } = shop.merchant
    const keys = accounts.flatMap(({ keys: of, mchid: number }) => [of?.serialNo ?? number, number])
    for (const hidden of [officialAccount.appSecret.reveal(), ...keys, 'owner@example.com', 'Request-ID'])
      expect(seen.text).not.toContain(hidden)
    // The link stands on the page once.
    expect((await owner.phone.get(guide)).text).not.toContain(path)
  })

  test("of the merchant's has the addresses that it enters at WeChat", async () => {
    const { text } = await shop.site.browser().get(await shared(provider, 'merchant'))
    expect(text).toContain('/notify/demo/oa')
    expect(text).toContain('网页授权域名')
  })

  test('ends when another is made, and after seven days', async () => {
    const first = await shared(owner, 'provider')
    const second = await shared(owner, 'provider')
    const status = async (path: string) => (await shop.site.browser().get(path)).status
    expect([await status(first), await status(second)]).toEqual([404, 200])
    clock.advance(7 * 86_400_000)
    expect(await status(second)).toBe(404)
    const stored = await services.db.selectFrom('guide_shares').selectAll().execute()
    expect(JSON.stringify(stored)).not.toContain(second.split('/').at(-1))
  })
})

test('today is a day that may be said, in Beijing', async () => {
  const again = await person('again@example.com', { ...ofMerchant(shop.merchant.id), role: 'operator' })
  expect((await again.submit(guide, `${guide}/steps/5`, { state: 'asked', on: today() })).status).toBe(303)
  expect((await stepsOf(again))[5]).toContain('等待')
})
