import { load } from 'cheerio'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ofMerchant, ofProvider } from '../../../src/operators/rights/scope.ts'
import type { Campaign } from '../../../src/plumbing/storage/schema/campaign.ts'
import { aCampaign, aMerchant, aStock } from '../../support/builders.ts'
import { movableClock } from '../../support/clock.ts'
import { type ConsoleBrowser, consoleBrowser } from '../../support/console.ts'
import { openShop, type Shop } from '../../support/shop.ts'
import { aSpendCampaign } from '../../support/spend.ts'

const clock = movableClock()
const openid = 'oDemo6somebody0000000000abcd'
const people: Record<string, ConsoleBrowser> = {}
let shop: Shop
let campaign: Campaign
let home: string

beforeAll(async () => {
  shop = await openShop({ redis: false, clock, merchant: { slug: 'shop' }, stock: { coupon_amount: 200 } })
  const services = Object.assign(shop.services, { clock })
  const here = ofMerchant(shop.merchant.id)
  for (const role of ['owner', 'operator', 'finance', 'viewer'] as const)
    people[role] = await consoleBrowser(services, shop.site, `${role}@example.com`, { ...here, role })
  const ofNumber = { ...ofProvider('1267388801'), role: 'provider' as const }
  people.provider = await consoleBrowser(services, shop.site, 'provider@example.com', ofNumber)
  const limits = { per_member: 1, total: 100 }
  campaign = await shop.campaign({ slug: 'welcome', state: 'draft', limits })
  home = '/console/m/shop/campaigns/welcome'
}, 60_000)
afterAll(() => shop[Symbol.asyncDispose]())

async function see(path: string, who = 'owner') {
  const seen = await people[who]!.phone.get(path)
  const $ = load(seen.text)
  return { ...seen, $, words: $('main').text().replace(/\s+/g, ' ') }
}

describe('检查', () => {
  test('counts what must be done, and offers to publish only when nothing does', async () => {
    const fine = await see(`${home}/check`)
    expect([fine.status, fine.words]).toEqual([200, expect.stringMatching(/可以发布，有 \d 项请确认/)])
    expect(fine.$(`a[href="${home}/publish"]`).text()).toBe('发布活动')
    await shop.services.db.updateTable('stocks').set({ status: 'paused' }).where('id', '=', shop.stock.id).execute()
    const stopped = await see(`${home}/check`)
    expect(stopped.words).toContain('还不能发布：有 1 项要先处理')
    expect(stopped.words).toContain('在微信已暂停发放')
    expect(stopped.$(`a[href="${home}/publish"]`)).toHaveLength(0)
    await shop.services.db.updateTable('stocks').set({ status: 'running' }).where('id', '=', shop.stock.id).execute()
  })

  test('everybody may look; who may not ask for money finds no button', async () => {
    for (const who of Object.keys(people)) {
      const { status, $ } = await see(`${home}/check`, who)
      expect([who, status]).toEqual([who, 200])
      expect([who, $(`a[href="${home}/publish"]`).length]).toEqual([who, ['finance', 'viewer'].includes(who) ? 0 : 1])
    }
  })

  test("a campaign that is none, or another merchant's, is not found", async () => {
    const mall = await aMerchant(shop.services, { slug: 'mall' })
    await aCampaign(shop.services, await aStock(shop.services, mall), { slug: 'far' })
    for (const page of ['check', 'try', 'preview']) {
      expect((await see(`/console/m/shop/campaigns/none/${page}`)).status).toBe(404)
      expect((await see(`/console/m/shop/campaigns/far/${page}`)).status).toBe(404)
      expect((await see(`/console/m/mall/campaigns/far/${page}`)).status).toBe(404)
    }
  })
})

describe('试算', () => {
  test('shows the verdict and each rule, and of a draft what it will give', async () => {
    const empty = await see(`${home}/try`)
    expect(empty.words).toContain('还没有试算')
    const { words, $ } = await see(`${home}/try?member=`)
    expect(words).toContain('会得到 2 元券 × 1')
    expect(words).toContain('一位新会员。活动还是草稿，按发布后计算。')
    expect($('tbody tr')).toHaveLength(7)
    expect(await shop.services.db.selectFrom('grants').select('id').execute()).toEqual([])
  })

  test('takes an amount in yuan where payments earn', async () => {
    const spend = await aSpendCampaign(shop.services, shop.stock, {}, { slug: 'spend' })
    const at = `/console/m/shop/campaigns/${spend.slug}/try`
    expect((await see(`${at}?member=&amount=49.90`)).words).toContain(
      '不会：这笔计 49.90 元（档位 50 元），距下一档还差 0.10 元',
    )
    expect((await see(`${at}?member=&amount=50`)).words).toContain('会得到 2 元券 × 1')
    for (const [query, name] of [
      ['member=not+an+openid', 'member'],
      ['amount=x', 'amount'],
      ['amount=0', 'amount'],
      ['order=abc', 'order'],
      ['amount=5&order=4200002026112400000000000001', 'order'],
    ]) {
      const wrong = await see(`${at}?${query}`)
      expect([query, wrong.status, wrong.$('[role=alert] a').attr('href')]).toEqual([query, 422, `#f-${name}`])
    }
  })

  test('names members only to who may see them, and masks them for a viewer', async () => {
    const path = `${home}/try?member=${openid}`
    for (const who of ['owner', 'operator', 'finance']) {
      const { words, text } = await see(path, who)
      expect([who, words]).toEqual([who, expect.stringContaining(`会员 ${openid}`)])
      expect(text).toContain(`value="${openid}"`)
    }
    const masked = await see(path, 'viewer')
    expect(masked.words).toContain('会员 o***abcd')
    expect(masked.text).not.toContain(openid)
    const refused = await see(path, 'provider')
    expect([refused.status, refused.words]).toEqual([403, expect.stringContaining('管理员')])
    const plain = await see(`${home}/try?member=`, 'provider')
    expect([plain.status, plain.$('#f-member').length]).toEqual([200, 0])
    expect((await see(`${home}/try?order=4200002026112400000000000001`, 'provider')).status).toBe(403)
  })
})

describe('the preview', () => {
  test('is the page that a member sees, ticket and words, and nothing on it can be pressed', async () => {
    const shown = await shop.campaign({ slug: 'shown', limits: { per_member: 2, per_day: 9 } })
    const real = load((await shop.site.phone().get('/m/shop/c/shown')).text)
    const seen = await see(`/console/m/shop/campaigns/${shown.slug}/preview`)
    const plain = ($: ReturnType<typeof load>, of: string) => $(of).text().replace(/\s+/g, ' ').trim()
    expect(plain(seen.$, 'body')).toBe(plain(real, 'body'))
    expect(seen.$.html('.tickets')).toBe(real.html('.tickets'))
    expect(seen.$('link[rel=stylesheet]').attr('href')).toBe(real('link[rel=stylesheet]').attr('href'))
    expect(seen.$('form, script, button, input, a[href]')).toHaveLength(0)
    expect(seen.headers.get('content-security-policy')).toMatch(/form-action 'none'; frame-ancestors 'self'/)
    expect(seen.headers.get('x-frame-options')).toBe('SAMEORIGIN')
  })

  test.each([
    ['', /立即领取/],
    ['?state=open', /立即领取/],
    ['?state=claimed', /查看我的券 已领过 1\/1 · 您已领取过/],
    ['?state=sold_out', /已领完/],
    ['?state=not_started', /即将开始.*准时开始/],
    ['?state=other', /立即领取/],
  ])('of a draft in the state "%s" says so', async (query, words) => {
    const { $ } = await see(`${home}/preview${query}`)
    expect($('body').text().replace(/\s+/g, ' ')).toMatch(words)
  })

  test('stands in a frame of the check, and only there', async () => {
    const { $, headers } = await see(`${home}/check`)
    expect($('iframe').attr('src')).toBe(`${home}/preview`)
    expect(
      $('a[target=preview]')
        .toArray()
        .map((one) => $(one).text()),
    ).toEqual(['现在', '可领取', '已领', '已发完', '未开始'])
    expect(headers.get('content-security-policy')).toMatch(/frame-src 'self'.*frame-ancestors 'none'/)
    expect(campaign.state).toBe('draft')
  })
})
