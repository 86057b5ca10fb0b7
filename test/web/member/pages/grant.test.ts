import { load } from 'cheerio'
import { describe, expect, it } from 'vitest'
import { aMerchant, aStock } from '../../../support/builders.ts'
import { aGrant } from '../../../support/grants.ts'
import { shopOfFile } from '../../../support/shop.ts'

const { services, site, merchant, stock, ...shop } = await shopOfFile({ redis: false })
const campaign = await shop.campaign()

type Coupons = Parameters<typeof aGrant>[3]['coupons']

async function grantPage(coupons: Coupons, options: { createdAt?: Date; refundedAt?: Date } = {}) {
  const id = await aGrant(services, campaign, stock, { openid: 'openid-1', coupons, ...options })
  const seen = await site.phoneOf(merchant, 'openid-1').get(`/m/${merchant.slug}/grants/${id}`)
  const $ = load(seen.text)
  return {
    seen,
    text: $('main').text(),
    refresh: $('meta[http-equiv=refresh]').attr('content')?.replace("; url='\x1f'", ''),
  }
}

describe('the page of a grant', () => {
  it('says 已到账 once its coupon was sent', async () => {
    const { seen, text, refresh } = await grantPage(['sent'])
    expect(seen.status).toBe(200)
    expect(text).toContain('已到账')
    expect(refresh).toBeUndefined()
  })

  it('looks again by itself while the coupon is on its way, less often as time goes by', async () => {
    const ago = (seconds: number) => ({ createdAt: new Date(Date.now() - seconds * 1_000) })
    const fresh = await grantPage(['reserved'])
    expect(fresh.text).toContain('正在发放')
    expect(fresh.refresh).toBe('2')
    expect((await grantPage(['reserved'], ago(60))).refresh).toBe('5')
    expect((await grantPage(['reserved'], ago(600))).refresh).toBe('30')
    const old = await grantPage(['reserved'], ago(7_200))
    expect(old.refresh).toBe('300')
    expect(old.text).toContain('您可以离开本页')
  })

  it('shows what arrived and what did not when only some were sent', async () => {
    const { text } = await grantPage(['sent', ['refused', 'sold_out']])
    expect(text).toContain('部分优惠券已到账')
    expect(text).toContain('未发放')
    expect(text).toContain('领完')
  })

  it('gives the reason in plain words when nothing was sent', async () => {
    const { text } = await grantPage([['refused', 'wechat_refused']])
    expect(text).toContain('这次没有领到')
    expect(text).toContain('微信支付暂时无法向您的账户发放优惠券')
  })

  it('says that a refund took it back', async () => {
    const { text } = await grantPage([['refused', 'refunded']], { refundedAt: new Date() })
    expect(text).toContain('订单已退款，这份奖励已取消')
  })

  it('never shows a code, a number or a word of the table', async () => {
    const { seen } = await grantPage([['refused', 'some_internal_word']])
    expect(seen.text).not.toContain('some_internal_word')
  })

  it('is nobody else’s: another member sees no data', async () => {
    const id = await aGrant(services, campaign, stock, { openid: 'openid-1', coupons: ['sent'] })
    const seen = await site.phoneOf(merchant, 'openid-2').get(`/m/${merchant.slug}/grants/${id}`)
    expect(seen.status).toBe(404)
    expect(seen.text).toContain('这里的内容属于另一位会员')
    expect(seen.text).not.toContain('满30元')
  })

  it('does not exist at another merchant', async () => {
    const other = await aMerchant(services)
    const id = await aGrant(services, campaign, stock, { openid: 'openid-1', coupons: ['sent'] })
    const seen = await site.phoneOf(other, 'openid-1').get(`/m/${other.slug}/grants/${id}`)
    expect(seen.status).toBe(404)
    expect(seen.text).toContain('页面不存在')
  })

  it('a session of one merchant is none at another', async () => {
    const other = await aMerchant(services)
    const phone = site.phoneOf(merchant, 'openid-1')
    const cookie = phone.cookies.get(`pc_member_${merchant.slug}`)
    phone.cookies.set(`pc_member_${other.slug}`, { value: cookie?.value ?? '', path: `/m/${other.slug}` })
    expect((await phone.get(`/m/${other.slug}/coupons`)).status).toBe(302)
  })

  it.each(['nonsense', '00000000-0000-7000-8000-000000000000', '%27%20or%201=1'])('%s is no grant', async (id) => {
    const seen = await site.phoneOf(merchant, 'openid-1').get(`/m/${merchant.slug}/grants/${id}`)
    expect(seen.status).toBe(404)
  })
})

describe('我的券', () => {
  it('lists the member’s own grants with their states, newest first', async () => {
    await aGrant(services, campaign, stock, {
      openid: 'openid-9',
      coupons: ['sent'],
      createdAt: new Date(Date.now() - 1_000),
    })
    await aGrant(services, campaign, stock, { openid: 'openid-9', coupons: ['reserved'] })
    const seen = await site.phoneOf(merchant, 'openid-9').get(`/m/${merchant.slug}/coupons`)
    const states = load(seen.text)('.ticket-state')
      .toArray()
      .map((each) => load(each).text())
    expect(states).toEqual(['发放中', '可用'])
  })

  it('marks a coupon whose time is over', async () => {
    const past = await aStock(services, merchant, { available_end: new Date(Date.now() - 1_000) })
    await aGrant(services, campaign, past, { openid: 'openid-8', coupons: ['sent'] })
    const seen = await site.phoneOf(merchant, 'openid-8').get(`/m/${merchant.slug}/coupons`)
    expect(seen.text).toContain('已过期')
  })

  it('is friendly when there is none', async () => {
    const seen = await site.phoneOf(merchant, 'nobody').get(`/m/${merchant.slug}/coupons`)
    expect(seen.text).toContain('您还没有领到优惠券')
  })

  it('sends a phone that nobody knows through the login, and an ordinary browser to WeChat', async () => {
    const login = await site.phone().get(`/m/${merchant.slug}/coupons`)
    expect(login.status).toBe(302)
    expect(login.location).toContain('/connect/oauth2/authorize?appid=')
    const outside = await site.browser().get(`/m/${merchant.slug}/coupons`)
    expect(outside.status).toBe(200)
    expect(outside.text).toContain('请在微信中打开')
  })
})
