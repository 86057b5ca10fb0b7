import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Campaign } from '../../../../src/plumbing/storage/schema/campaign.ts'
import { Refusal } from '../../../../src/refusal.ts'
import { claimsTotal } from '../../../../src/plumbing/telemetry/metrics.ts'
import { aCampaign, aMerchant, aStock } from '../../../support/builders.ts'
import { openPhone, type Phone } from '../../../support/phone.ts'
import { formOf, logIn } from '../../../support/site.ts'
import { shopOfFile } from '../../../support/shop.ts'

const json = { Accept: 'application/json' }

const { services, site, merchant, stock } = await shopOfFile({ redis: false })

afterEach(() => void vi.restoreAllMocks())

const addressOf = (campaign: Campaign) => `/m/${merchant.slug}/c/${campaign.slug}`

async function tap(phone: Phone, campaign: Campaign, headers: Record<string, string> = {}) {
  const form = formOf((await phone.get(addressOf(campaign))).text)
  return { form, seen: await phone.post(`${addressOf(campaign)}/claims`, form, headers) }
}

async function grants(campaign: Campaign) {
  return await services.db.selectFrom('grants').selectAll().where('campaign_id', '=', campaign.id).execute()
}

describe('a member taps 立即领取', () => {
  it('and lands on the page of the grant', async () => {
    const campaign = await aCampaign(services, stock)
    const phone = site.phoneOf(merchant, 'openid-1')
    const { seen } = await tap(phone, campaign)
    expect(seen.status).toBe(303)
    expect(seen.location).toMatch(new RegExp(`^/m/${merchant.slug}/grants/[0-9a-f-]{36}$`))
    expect((await phone.get(seen.location)).text).toContain('正在发放')
  })

  it('twice with one form, and has one grant', async () => {
    const campaign = await aCampaign(services, stock, { limits: { per_member: 5 } })
    const phone = site.phoneOf(merchant, 'openid-2')
    const { form, seen } = await tap(phone, campaign)
    const again = await phone.post(`${addressOf(campaign)}/claims`, form)
    expect(again.location).toBe(seen.location)
    expect(await grants(campaign)).toHaveLength(1)
  })

  it('again after having claimed, and is shown the grant that they hold', async () => {
    const campaign = await aCampaign(services, stock)
    const phone = site.phoneOf(merchant, 'openid-3')
    const { form, seen } = await tap(phone, campaign)
    const again = await phone.post(`${addressOf(campaign)}/claims`, { ...form, claim_key: 'another-key' })
    expect(again.location).toBe(seen.location)
  })

  it('too late, and reads on the campaign page why', async () => {
    const campaign = await aCampaign(services, stock, { limits: { total: 1 } })
    const late = site.phoneOf(merchant, 'openid-5')
    const form = formOf((await late.get(addressOf(campaign))).text)
    await tap(site.phoneOf(merchant, 'openid-4'), campaign)
    const seen = await late.post(`${addressOf(campaign)}/claims`, form)
    expect(seen.status).toBe(303)
    expect(seen.location).toBe(`${addressOf(campaign)}?reason=sold_out`)
    expect((await late.get(seen.location)).text).toContain('优惠券已被领完')
  })
})

describe('each claim is counted once, by its outcome:', () => {
  it('pending, already_claimed, sold_out', async () => {
    const shop = await aMerchant(services)
    const campaign = await aCampaign(services, await aStock(services, shop), { limits: { per_member: 1, total: 1 } })
    const address = `/m/${shop.slug}/c/${campaign.slug}`
    const [first, late] = [site.phoneOf(shop, 'openid-17'), site.phoneOf(shop, 'openid-18')]
    const forms = [formOf((await first.get(address)).text), formOf((await late.get(address)).text)] as const
    await first.post(`${address}/claims`, forms[0])
    await first.post(`${address}/claims`, { ...forms[0], claim_key: 'another-key' })
    await late.post(`${address}/claims`, forms[1])
    const { values } = await claimsTotal.get()
    const counted = values.filter(({ labels }) => labels.merchant === shop.slug)
    expect(counted.map(({ labels, value }) => [labels.outcome, value])).toEqual([
      ['pending', 1],
      ['already_claimed', 1],
      ['sold_out', 1],
    ])
  })
})

describe('somebody who is not known yet taps', () => {
  it('once, is sent through the login, and comes back to the grant', async () => {
    const campaign = await aCampaign(services, stock)
    const phone = site.phone()
    const { seen } = await tap(phone, campaign)
    expect(seen.status).toBe(303)
    expect(seen.location).toContain('/connect/oauth2/authorize?')
    expect(await grants(campaign)).toHaveLength(0)

    logIn(phone, services, merchant, 'openid-6')
    const resumed = await phone.get(`${addressOf(campaign)}/claims/resume`)
    expect(resumed.status).toBe(303)
    expect(resumed.location).toContain('/grants/')
    const repeated = await phone.get(`${addressOf(campaign)}/claims/resume`)
    expect(repeated.location).toBe(addressOf(campaign))
    expect(await grants(campaign)).toHaveLength(1)
  })

  it('from a program, and is told to log in', async () => {
    const campaign = await aCampaign(services, stock)
    const { seen } = await tap(site.phone(), campaign, json)
    expect(seen.status).toBe(401)
    expect(JSON.parse(seen.text)).toBeTypeOf('object')
  })

  it('outside WeChat, and is shown the way in', async () => {
    const campaign = await aCampaign(services, stock)
    const phone = site.phone()
    const form = formOf((await phone.get(addressOf(campaign))).text)
    const outside = openPhone(site.url, { agent: 'Mozilla/5.0 Safari/605.1.15', cookies: phone.cookies })
    const seen = await outside.post(`${addressOf(campaign)}/claims`, form)
    expect(seen.text).toContain('请在微信中打开')
    expect(seen.text).toContain(`${services.config.publicUrl}${addressOf(campaign)}"`)
    expect(await grants(campaign)).toHaveLength(0)
  })

  it('the address of the resumption alone claims nothing', async () => {
    const campaign = await aCampaign(services, stock)
    const seen = await site.phoneOf(merchant, 'openid-7').get(`${addressOf(campaign)}/claims/resume`)
    expect(seen.location).toBe(addressOf(campaign))
    expect(await grants(campaign)).toHaveLength(0)
  })
})

describe('a claim as JSON', () => {
  it('answers as docs/merchant/addresses.md says', async () => {
    const campaign = await aCampaign(services, stock)
    const { seen } = await tap(site.phoneOf(merchant, 'openid-8'), campaign, json)
    expect(seen.status).toBe(200)
    expect(JSON.parse(seen.text)).toMatchObject({
      status: 'pending',
      grant_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      coupons: [
        { stock_id: stock.stock_id, coupon_id: null, amount: 1000, minimum: 3000, available_end: expect.any(String) },
      ],
      message: expect.any(String),
    })
  })

  it('takes the token as a header, and a JSON body', async () => {
    const campaign = await aCampaign(services, stock)
    const phone = site.phoneOf(merchant, 'openid-9')
    const { _csrf = '', claim_key } = formOf((await phone.get(addressOf(campaign))).text)
    const body = JSON.stringify({ claim_key })
    const Cookie = phone.cookies.header(addressOf(campaign))
    const headers = { ...json, 'x-csrf-token': _csrf, 'Content-Type': 'application/json', Cookie }
    const answer = await fetch(`${site.url}${addressOf(campaign)}/claims`, { method: 'POST', headers, body })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ status: 'pending' })
    const broken = await fetch(`${site.url}${addressOf(campaign)}/claims`, { method: 'POST', headers, body: '[oops' })
    expect(broken.status).toBe(400)
  })

  it('names the reason of a refusal with status 200', async () => {
    const campaign = await aCampaign(services, stock, { limits: { total: 1 } })
    await tap(site.phoneOf(merchant, 'openid-10'), campaign, json)
    const phone = site.phoneOf(merchant, 'openid-11')
    const open = await aCampaign(services, stock)
    const form = formOf((await phone.get(addressOf(open))).text)
    const seen = await phone.post(`${addressOf(campaign)}/claims`, form, json)
    expect(seen.status).toBe(200)
    expect(JSON.parse(seen.text)).toMatchObject({ status: 'refused', reason: 'sold_out', coupons: [] })
  })

  it('is 503 when it could not be decided', async () => {
    const campaign = await aCampaign(services, stock)
    vi.spyOn(services.gate, 'admit').mockRejectedValue(new Refusal('try_later', { status: 503 }))
    const { seen } = await tap(site.phoneOf(merchant, 'openid-12'), campaign, json)
    expect(seen.status).toBe(503)
    expect(JSON.parse(seen.text).reason).toBe('try_later')
  })
})

describe('a forged form changes nothing:', () => {
  it.each([
    ['no token', (form: Record<string, string>) => ({ claim_key: form.claim_key ?? '' })],
    ['a wrong token', (form: Record<string, string>) => ({ ...form, _csrf: `${form._csrf?.slice(0, -1)}x` })],
  ])('%s', async (_, forge) => {
    const campaign = await aCampaign(services, stock)
    const phone = site.phoneOf(merchant, 'openid-13')
    const form = formOf((await phone.get(addressOf(campaign))).text)
    const seen = await phone.post(`${addressOf(campaign)}/claims`, forge(form))
    expect(seen.status).toBe(403)
    expect(seen.text).toContain('页面已过期')
    expect(await grants(campaign)).toHaveLength(0)
  })

  it('a form from before the login, reached by Back: the page leads to the campaign', async () => {
    const campaign = await aCampaign(services, stock)
    const phone = site.phone()
    const old = formOf((await phone.get(addressOf(campaign))).text)
    logIn(phone, services, merchant, 'openid-19')
    const seen = await phone.post(`${addressOf(campaign)}/claims`, old)
    expect(seen.status).toBe(403)
    expect(seen.text).toContain('页面已过期')
    expect(seen.text).toContain('请返回活动页重新领取')
    expect(seen.text).toContain(`<a class="button" href="${addressOf(campaign)}">返回活动页</a>`)
    expect(await grants(campaign)).toHaveLength(0)
  })

  it('the token of another member', async () => {
    const campaign = await aCampaign(services, stock)
    const theirs = formOf((await site.phoneOf(merchant, 'openid-14').get(addressOf(campaign))).text)
    const seen = await site.phoneOf(merchant, 'openid-15').post(`${addressOf(campaign)}/claims`, theirs, json)
    expect(seen.status).toBe(403)
    expect(JSON.parse(seen.text).message).toContain('CSRF')
    expect(await grants(campaign)).toHaveLength(0)
  })

  it('a body that is too long, or of another kind', async () => {
    const campaign = await aCampaign(services, stock)
    const phone = site.phoneOf(merchant, 'openid-16')
    expect((await phone.post(`${addressOf(campaign)}/claims`, { _csrf: 'x'.repeat(5_000) })).status).toBe(413)
    const odd = { method: 'POST', body: '<a/>', headers: { 'Content-Type': 'text/xml' } }
    expect((await fetch(`${site.url}${addressOf(campaign)}/claims`, odd)).status).toBe(415)
  })
})
