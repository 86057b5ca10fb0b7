import { load } from 'cheerio'
import { describe, expect, it } from 'vitest'
import { memberMark } from '../../../../src/members/member-mark.ts'
import { timeOrderedId } from '../../../../src/ledger/ids.ts'
import { aCampaign } from '../../../support/builders.ts'
import { formOf } from '../../../support/site.ts'
import { shopOfFile } from '../../../support/shop.ts'

const { services, site, merchant, stock } = await shopOfFile({ redis: false, stock: { name: '优购小店<全场>券' } })

async function page(overrides: Parameters<typeof aCampaign>[2] = {}, query = '') {
  const campaign = await aCampaign(services, stock, overrides)
  const seen = await site.phone().get(`/m/${merchant.slug}/c/${campaign.slug}${query}`)
  return { campaign, seen, $: load(seen.text), text: load(seen.text)('main').text().replace(/\s+/g, ' ') }
}

describe('the campaign page before a login', () => {
  it('shows the coupon, the rules and one button', async () => {
    const { seen, $, text } = await page({ limits: { per_member: 1, total: 1000, per_day: 200 } })
    expect(seen.status).toBe(200)
    expect(text).toContain('满30元可用')
    expect(text).toContain('每天限量 200 份')
    expect($('form button')).toHaveLength(1)
    expect($('form').attr('method')).toBe('post')
  })

  it('escapes what WeChat calls the stock', async () => {
    const { seen } = await page()
    expect(seen.text).toContain('优购小店&lt;全场&gt;券')
  })

  it('gives every form a key and a token of its own', async () => {
    const { campaign, seen } = await page()
    const again = await site.phone().get(`/m/${merchant.slug}/c/${campaign.slug}`)
    const [first, second] = [formOf(seen.text), formOf(again.text)]
    expect(first.claim_key).toMatch(/^[\w-]{22}$/)
    expect(first.claim_key).not.toBe(second.claim_key)
    expect(first._csrf).not.toBe(second._csrf)
  })

  it.each([
    ['not_started', { starts_at: new Date(Date.now() + 3_600_000) }, '即将开始'],
    ['ended', { ends_at: new Date(Date.now() - 1_000) }, '活动已结束'],
    ['paused', { state: 'paused' as const }, '活动暂停中'],
  ])('has no form when the campaign is %s', async (_, overrides, words) => {
    const { $, text } = await page(overrides)
    expect($('form')).toHaveLength(0)
    expect(text).toContain(words)
  })

  it.each([
    ['total', { total: 1 }, '已领完'],
    ['day', { per_day: 1 }, '今日已发完，明天 0 点继续'],
  ])('says so when the %s is given away', async (_, limits, words) => {
    const campaign = await aCampaign(services, stock, { limits })
    const day = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', '')
    const scope = 'total' in limits ? `campaign/${campaign.id}/total` : `campaign/${campaign.id}/day/${day}`
    await services.db
      .insertInto('slots')
      .values({ merchant_id: merchant.id, scope, number: 1, grant_id: timeOrderedId(new Date()) })
      .execute()
    const seen = await site.phone().get(`/m/${merchant.slug}/c/${campaign.slug}`)
    expect(seen.text).toContain(words)
    expect(seen.text).not.toContain('<form')
  })

  it('tells how to earn with a card', async () => {
    const { text } = await page({ kind: 'card_open' })
    expect(text).toContain('激活会员卡')
    expect(text).toContain('我已开卡，领取优惠券')
  })

  it.each([
    ['single', 5000, '单笔实付满 50 元可得'],
    ['cumulative', 10_050, '30 天内累计实付满 100.50 元可得'],
    ['count', 3, '活动期间第 3 笔付款可得'],
  ] as const)('tells how to earn by %s spending', async (mode, atLeast, words) => {
    const coupons = [{ stock_id: stock.stock_id, count: 1 }]
    const spend = {
      basis: 'payer_total' as const,
      mode,
      window_days: 30,
      tiers: [{ at_least: atLeast, coupons }],
      tier_rule: 'highest' as const,
      exclude_orders_using_our_coupons: true,
      hold_minutes: 0,
    }
    const { text } = await page({ kind: 'spend', spend, coupons: [] })
    expect(text).toContain(words)
  })

  it('repeats only known reasons from its address', async () => {
    expect((await page({}, '?reason=try_later')).text).toContain('领取的人有点多，请稍后再试')
    expect((await page({}, '?reason=toString')).$('.notice')).toHaveLength(0)
    expect((await page({}, '?reason=%3Cb%3E')).$('.notice')).toHaveLength(0)
    const card = await page({ kind: 'card_open' }, '?reason=not_eligible')
    expect(card.text).toContain('还没有查到您的开卡记录')
  })

  it('is unknown while it is a draft', async () => {
    expect((await page({ state: 'draft' })).seen.status).toBe(404)
  })

  it('outside WeChat it is readable and shows the way in', async () => {
    const campaign = await aCampaign(services, stock)
    const seen = await site.browser().get(`/m/${merchant.slug}/c/${campaign.slug}`)
    expect(seen.status).toBe(200)
    expect(seen.text).toContain('请在微信中打开')
    expect(seen.text).toContain('<svg xmlns')
    expect(seen.text).toContain(`href="${services.config.publicUrl}/m/${merchant.slug}/c/${campaign.slug}"`)
    expect(seen.text).not.toContain('<form')
  })
})

describe('the campaign page of a member', () => {
  it('says 已领过 1/1 instead of offering the form again', async () => {
    const campaign = await aCampaign(services, stock)
    const scope = `campaign/${campaign.id}/member/${memberMark(merchant, 'openid-1')}`
    await services.db
      .insertInto('slots')
      .values({ merchant_id: merchant.id, scope, number: 1, grant_id: timeOrderedId(new Date()) })
      .execute()
    const seen = await site.phoneOf(merchant, 'openid-1').get(`/m/${merchant.slug}/c/${campaign.slug}`)
    expect(seen.text).toContain('已领过 1/1')
    expect(seen.text).not.toContain('<form')
    const other = await site.phoneOf(merchant, 'openid-2').get(`/m/${merchant.slug}/c/${campaign.slug}`)
    expect(other.text).toContain('<form')
  })

  it('offers the form while there is something left of their own limit', async () => {
    const campaign = await aCampaign(services, stock, { limits: { per_member: 3 } })
    const scope = `campaign/${campaign.id}/member/${memberMark(merchant, 'openid-1')}`
    await services.db
      .insertInto('slots')
      .values({ merchant_id: merchant.id, scope, number: 1, grant_id: timeOrderedId(new Date()) })
      .execute()
    const seen = await site.phoneOf(merchant, 'openid-1').get(`/m/${merchant.slug}/c/${campaign.slug}`)
    expect(seen.text).toContain('已领过 1/3，还可以继续领取')
  })
})
