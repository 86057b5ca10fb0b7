import { load } from 'cheerio'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Merchant } from '../../../src/merchants/merchant.ts'
import { keepByHand } from '../../../src/onboarding/keep.ts'
import type { Offer } from '../../../src/operators/memberships.ts'
import { ofMerchant, ofProvider } from '../../../src/operators/rights/scope.ts'
import { aCampaign, aMerchant, aStock } from '../../support/builders.ts'
import { movableClock } from '../../support/clock.ts'
import { type ConsoleBrowser, consoleBrowser } from '../../support/console.ts'
import { aGrant } from '../../support/grants.ts'
import { servicesOfFile } from '../../support/services.ts'
import { startSite } from '../../support/site.ts'

const clock = movableClock()
const services = Object.assign(await servicesOfFile({ redis: false, clock }), { clock })
const site = await startSite(services)
afterAll(() => site[Symbol.asyncDispose]())

/** The provider that each merchant of the builders names. */
const mchid = '1267388801'
const application = `/console/p/${mchid}/application`
let shop: Merchant
let mall: Merchant
let head: ConsoleBrowser
let provider: ConsoleBrowser
let viewer: ConsoleBrowser

const person = (email: string, offer: Partial<Offer>) => consoleBrowser(services, site, email, offer)
const numberOf = ({ accounts }: Merchant) => accounts.find(({ role }) => role === 'sender')!.mchid

beforeAll(async () => {
  shop = await aMerchant(services, { slug: 'shop' })
  mall = await aMerchant(services, { slug: 'mall' })
  const foreign = await aMerchant(services, { slug: 'foreign' })
  await services.db
    .updateTable('accounts')
    .set({ mchid: '1999999999' })
    .where('merchant_id', '=', foreign.id)
    .where('role', '=', 'provider')
    .execute()
  services.catalog.forget()
  head = await person('head@example.com', {})
  provider = await person('provider@example.com', { ...ofProvider(mchid), role: 'provider' })
  viewer = await person('viewer@example.com', { ...ofMerchant(mall.id), role: 'viewer' })
})

/** The rows of the page's table: the link of each, and its cells by column. */
async function rowsAt({ phone }: ConsoleBrowser, path: string) {
  const page = load((await phone.get(path)).text)
  return page('tbody tr')
    .toArray()
    .map((row) => {
      const cells = page(row).find('[data-label]').toArray()
      const told = cells.map((cell) => [page(cell).attr('data-label'), page(cell).text().trim().replace(/\s+/g, ' ')])
      const cellsByColumn = Object.fromEntries(told) as Record<string, string>
      return { ...cellsByColumn, href: page(row).find('th a').attr('href') } as Record<string, string | undefined>
    })
}
const slugsAt = async (browser: ConsoleBrowser, path: string) =>
  (await rowsAt(browser, path)).map(({ href }) => href?.split('/')[3]).toSorted()

describe('the overview', () => {
  test('shows each person the merchants that they may see, and nobody else’s', async () => {
    expect(await slugsAt(head, '/console/merchants')).toEqual(['foreign', 'mall', 'shop'])
    expect(await slugsAt(provider, '/console/merchants')).toEqual(['mall', 'shop'])
    expect(await slugsAt(viewer, '/console/merchants')).toEqual(['mall'])
    expect(await slugsAt(provider, `/console/p/${mchid}`)).toEqual(['mall', 'shop'])
  })

  test('of a provider is unknown to whoever has no role there', async () => {
    const answers = [
      await viewer.phone.get(`/console/p/${mchid}`),
      await provider.phone.get('/console/p/1999999999'),
      await head.phone.get('/console/p/1888888888'),
      await head.phone.get('/console/p/x'),
      await viewer.phone.get(application),
    ]
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404))
    expect((await head.phone.get(`/console/p/${mchid}`)).status).toBe(200)
  })

  test('has a word for each step, halts and owed coupons, and is filtered by step and state', async () => {
    const stock = await aStock(services, shop)
    const campaign = await aCampaign(services, stock)
    await aGrant(services, campaign, stock, { openid: 'openid-1', coupons: ['reserved', 'sent'] })
    const said = { step: 4, state: 'refused', day: '20261101', by: 'command line' } as const
    await keepByHand(services, mall.id, said)
    const rows = await rowsAt(provider, `/console/p/${mchid}`)
    const ofShop = rows.find(({ href }) => href === '/console/m/shop/guide')!
    expect(ofShop).toMatchObject({ '11 导入': expect.stringContaining('完成') as string, 欠券: '1 张', 最近检测: '—' })
    expect(await slugsAt(provider, `/console/p/${mchid}?step=4&state=failed`)).toEqual(['mall'])
    expect(await slugsAt(provider, `/console/p/${mchid}?step=11&state=done`)).toEqual(['shop'])
    expect(await slugsAt(provider, `/console/p/${mchid}?state=failed&step=9`)).toEqual([])
    expect(await slugsAt(provider, `/console/p/${mchid}?state=toString&step=99`)).toEqual(['mall', 'shop'])
  })
})

describe('an application', () => {
  const write = (browser: ConsoleBrowser, fields: Record<string, string>) =>
    browser.submit(application, application, fields)

  test('is written for the chosen merchants, to copy and to download', async () => {
    const sent = await write(provider, { merchant: 'shop', do: 'write' })
    expect([sent.status, sent.location]).toEqual([303, `${application}?merchant=shop`])
    const page = load((await provider.phone.get(sent.location)).text)
    expect(page('#subject').text()).toContain('跨商户号发券申请')
    expect(page('#body').text()).toContain(numberOf(shop))
    expect(page('#body').text()).not.toContain(numberOf(mall))
    expect(page('input[value=shop]').attr('checked')).toBeDefined()
    const table = await provider.phone.get(page('a:contains("下载附件")').attr('href')!)
    expect(table.headers.get('content-type')).toContain('text/csv')
    expect(table.headers.get('content-disposition')).toContain('attachment')
    expect(table.text).toContain(`${mchid},${numberOf(shop)}`)
  })

  test('is marked with its date for all that are chosen, each with an entry of the audit', async () => {
    const token = /name="_csrf" value="([^"]+)"/.exec((await provider.phone.get(application)).text)![1]!
    const fields = new URLSearchParams(`do=asked&on=2026-11-20&merchant=shop&merchant=mall`)
    fields.set('_csrf', token)
    const sent = await provider.phone.post(application, fields)
    expect([sent.status, sent.location]).toEqual([303, `${application}?done=asked`])
    const rows = await rowsAt(provider, application)
    expect(rows.map(({ 状态: state, 日期: day }) => [state, day])).toEqual([
      ['已申请', '2026-11-20'],
      ['已申请', '2026-11-20'],
    ])
    const entries = await services.db.selectFrom('audit_entries').selectAll().where('act', '=', 'step_said').execute()
    expect(entries.map(({ subject }) => subject).toSorted()).toEqual(['mall cross_merchant', 'shop cross_merchant'])
  })

  test('without a choice, with a wrong day or with another’s merchant alone changes nothing', async () => {
    const before = await services.db.selectFrom('onboarding_steps').selectAll().execute()
    const bad = await write(provider, { merchant: 'shop', do: 'granted', on: '2026-13-01' })
    expect([bad.status, load(bad.text)('[role=alert] a').attr('href')]).toEqual([422, '#f-on'])
    expect((await write(provider, { do: 'granted', on: '2026-11-20' })).status).toBe(422)
    expect((await write(provider, { merchant: 'foreign', do: 'granted', on: '2026-11-20' })).status).toBe(422)
    expect((await provider.phone.post(application, { merchant: 'shop', do: 'granted', on: '2026-11-20' })).status).toBe(
      403,
    )
    expect((await provider.phone.get(`${application}/table.csv?merchant=foreign`)).status).toBe(404)
    expect(await services.db.selectFrom('onboarding_steps').selectAll().execute()).toEqual(before)
  })
})

test('the menu of a place has its pages, all of which open', async () => {
  const links = async ({ phone }: ConsoleBrowser, path: string) => {
    const page = load((await phone.get(path)).text)
    const all = page('nav#menu li a').toArray()
    return all.map((one) => page(one).attr('href')!)
  }
  const menus = {
    provider: await links(provider, `/console/p/${mchid}`),
    viewer: await links(viewer, '/console/m/mall/guide'),
  }
  expect(menus).toEqual({
    provider: [
      '/console',
      '/console/merchants',
      '/console/proposals',
      `/console/p/${mchid}`,
      application,
      `/console/p/${mchid}/stocks`,
      '/console/account',
    ],
    viewer: [
      '/console',
      '/console/merchants',
      '/console/m/mall/guide',
      '/console/m/mall/stocks',
      '/console/m/mall/campaigns',
      '/console/m/mall/grants',
      '/console/account',
    ],
  })
  for (const link of menus.provider) expect((await provider.phone.get(link)).status).toBe(200)
  for (const link of menus.viewer) expect((await viewer.phone.get(link)).status).toBe(200)
})

describe('many merchants at once', () => {
  const send = async (browser: ConsoleBrowser, path: string, deed: string, slugs: string[]) => {
    const token = /name="_csrf" value="([^"]+)"/.exec((await browser.phone.get(path)).text)![1]!
    const fields = new URLSearchParams(slugs.map((slug): [string, string] => ['merchant', slug]))
    fields.set('do', deed)
    fields.set('_csrf', token)
    return browser.phone.post(path, fields)
  }
  const here = `/console/p/${mchid}`

  test('are examined one after the other, and those of the last minute are left out', async () => {
    expect((await send(provider, here, 'examine', ['shop'])).location).toBe(`${here}?done=examined&lately=0`)
    const again = await send(provider, here, 'examine', ['shop', 'mall', 'foreign'])
    expect(again.location).toBe(`${here}?done=examined&lately=1`)
    expect((await provider.phone.get(again.location)).text).toContain('其中 1 个一分钟内刚检测过')
    const kept = await services.db.selectFrom('examinations').select('merchant_id').execute()
    expect(kept.map(({ merchant_id }) => merchant_id).toSorted()).toEqual([shop.id, mall.id].toSorted())
  })

  test('get links for the other party, shown once as a list, and each works', async () => {
    const sent = await send(provider, here, 'share', ['shop', 'mall'])
    const list = load((await provider.phone.get(sent.location)).text)('#shares')
      .text()
      .split('\n')
    expect(list).toHaveLength(2)
    expect(list[0]).toContain('商户要完成的步骤')
    for (const line of list) {
      const { pathname } = new URL(/http\S+$/.exec(line)![0])
      expect((await site.browser().get(pathname)).status).toBe(200)
    }
    expect((await provider.phone.get(here)).text).not.toContain('id="shares"')
  })

  test('lead to the application of their provider, and of two providers to none', async () => {
    const sent = await send(head, '/console/merchants', 'write', ['shop', 'mall'])
    expect(sent.location).toBe(`${application}?merchant=shop&merchant=mall`)
    const both = await send(head, '/console/merchants', 'write', ['shop', 'foreign'])
    expect([both.status, both.text]).toEqual([422, expect.stringContaining('服务商号不同')])
    expect((await send(head, '/console/merchants', 'examine', [])).status).toBe(422)
    expect((await send(provider, here, 'share', ['foreign'])).status).toBe(422)
    expect((await send(viewer, '/console/merchants', 'examine', ['mall'])).status).toBe(403)
  })

  test('are found by name or slug', async () => {
    await services.db.updateTable('merchants').set({ name: '100%鲜果' }).where('slug', '=', 'mall').execute()
    expect(await slugsAt(head, '/console/merchants?name=%25')).toEqual(['mall'])
    expect(await slugsAt(head, '/console/merchants?name=SHO')).toEqual(['shop'])
    expect(await slugsAt(head, '/console/merchants?name=_')).toEqual([])
    expect(await slugsAt(viewer, '/console/merchants?name=shop')).toEqual([])
  })
})
