import { load } from 'cheerio'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { recordRedemption } from '../../../src/coupons/record-redemptions.ts'
import { supportNumber } from '../../../src/members/support-number.ts'
import { ofMerchant, ofProvider } from '../../../src/operators/rights/scope.ts'
import { aCampaign, aMerchant, aStock, senderOf } from '../../support/builders.ts'
import { movableClock } from '../../support/clock.ts'
import { type ConsoleBrowser, consoleBrowser } from '../../support/console.ts'
import { aGrant } from '../../support/grants.ts'
import { servicesOfFile } from '../../support/services.ts'
import { startSite } from '../../support/site.ts'

const clock = movableClock()
const services = Object.assign(await servicesOfFile({ redis: false, clock }), { clock })
const { db } = services
const site = await startSite(services)
afterAll(() => site[Symbol.asyncDispose]())
const shop = await aMerchant(services, { slug: 'shop' })
const mall = await aMerchant(services, { slug: 'mall' })
const stock = await aStock(services, shop, { transaction_minimum: 500, coupon_amount: 200 })
const campaign = await aCampaign(services, stock)
const openid = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o'
const list = '/console/m/shop/grants'
let owner: ConsoleBrowser
let viewer: ConsoleBrowser
let provider: ConsoleBrowser

beforeAll(async () => {
  const here = ofMerchant(shop.id)
  owner = await consoleBrowser(services, site, 'owner@example.com', { ...here, role: 'owner' })
  viewer = await consoleBrowser(services, site, 'viewer@example.com', { ...here, role: 'viewer' })
  provider = await consoleBrowser(services, site, 'p@example.com', { ...ofProvider('1267388801'), role: 'provider' })
})

/** A grant whose coupons are of the shop's own sender. */
async function grantOf(coupons: Parameters<typeof aGrant>[3]['coupons'], more: { refundedAt?: Date } = {}) {
  clock.advance(1_000)
  const id = await aGrant(services, campaign, stock, { openid, coupons, ...more })
  await db
    .updateTable('coupons')
    .set({ account_id: senderOf(shop).id })
    .where('grant_id', '=', id)
    .execute()
  await db
    .updateTable('coupons')
    .set({ settled_at: clock.now() })
    .where('grant_id', '=', id)
    .where('state', '<>', 'reserved')
    .execute()
  return id
}
const pageOf = async ({ phone }: ConsoleBrowser, path: string) => load((await phone.get(path)).text)
const verdictOf = async (id: string) =>
  (await pageOf(viewer, `${list}/${id}`))('main .alert').text().replace(/\s+/g, ' ')

describe('the page of one grant says in a sentence', () => {
  test('when it arrived, until when it is valid, and that nothing has to be shown', async () => {
    const said = await verdictOf(await grantOf(['sent']))
    expect(said).toMatch(/已到账：\d{4}-\d\d-\d\d \d\d:\d\d:\d\d，1 张/)
    expect(said).toMatch(/有效期至 \d{4}-\d\d-\d\d .*付款满 5 元自动抵扣/)
  })

  test('why it is still owed, and when the next try is', async () => {
    const said = await verdictOf(await grantOf([['reserved', 'look_up_unanswered']]))
    expect(said).toContain('还欠 1 张：结果未知已超过一天')
    expect(said).toMatch(/系统在 \d{4}-.* 再试/)
  })

  test('what halts it, since when, and when the next trial is', async () => {
    const id = await grantOf(['reserved'])
    await db
      .insertInto('halts')
      .values({
        merchant_id: shop.id,
        account_id: senderOf(shop).id,
        stock_ref: null,
        cause: 'balance_short',
        since: clock.now(),
        probe_at: new Date(clock.now().getTime() + 600_000),
        code: 'NOT_ENOUGH',
        message: null,
        request_id: null,
        lifted_at: null,
        lifted_by: null,
      })
      .execute()
    const said = await verdictOf(id)
    expect(said).toMatch(/还欠 1 张：.+自 .+ 起暂停发券，系统 .+ 再试一张/)
    await db.updateTable('halts').set({ lifted_at: clock.now(), lifted_by: 'test' }).execute()
  })

  test('why it was refused, with what the member reads', async () => {
    const said = await verdictOf(await grantOf([['refused', 'user_abnormal']]))
    expect(said).toContain('没有发放：批次开启了防刷拦截')
    expect(said).toContain('会员看到的是：“微信支付暂时无法向您的账户发放优惠券”')
    expect(await verdictOf(await grantOf([['refused', 'sold_out']]))).toContain('没有发放：优惠券已被领完')
    expect(await verdictOf(await grantOf(['sent', ['refused', 'user_abnormal']]))).toContain('1 张已到账，1 张没有发放')
  })

  test('that the payment was refunded', async () => {
    const said = await verdictOf(await grantOf(['sent'], { refundedAt: clock.now() }))
    expect(said).toContain('付款已退款')
    expect(said).toContain('不能收回')
  })
})

test('the page shows coupons, numbers and the support number; the openid is masked', async () => {
  const id = await grantOf(['sent'])
  const { text } = await viewer.phone.get(`${list}/${id}`)
  expect(text).toContain(supportNumber(shop.id, openid))
  expect(text).toContain(stock.stock_id)
  expect(text).toContain('oUpF****eS6o')
  expect(text).not.toContain(openid)
  expect(text).not.toContain('显示完整 openid')
})

test('the openid in full is shown once, to who may, and stands in the audit', async () => {
  const id = await grantOf(['sent'])
  const sent = await owner.submit(`${list}/${id}`, `${list}/${id}`)
  expect([sent.status, sent.location]).toEqual([303, `${list}/${id}`])
  const kept = await db.selectFrom('audit_entries').selectAll().where('act', '=', 'openid_read').execute()
  expect(kept).toMatchObject([{ by: 'owner@example.com', merchant_id: shop.id, subject: `发放记录 ${id}` }])
  expect(JSON.stringify(kept)).not.toContain(openid)
  expect((await owner.phone.get(`${list}/${id}`)).text).toContain(openid)
  expect((await owner.phone.get(`${list}/${id}`)).text).not.toContain(openid)
  const token = (await viewer.phone.get('/console/account')).text.match(/name="_csrf" value="([^"]+)"/)![1]!
  expect((await viewer.phone.post(`${list}/${id}`, { _csrf: token })).status).toBe(403)
})

test("another merchant's grant is unknown, and a provider's people see no member at all", async () => {
  const id = await grantOf(['sent'])
  const far = await consoleBrowser(services, site, 'far@example.com', { ...ofMerchant(mall.id), role: 'owner' })
  expect((await far.phone.get(`/console/m/mall/grants/${id}`)).status).toBe(404)
  expect((await far.phone.get(`${list}/${id}`)).status).toBe(404)
  expect((await owner.phone.get(`${list}/x`)).status).toBe(404)
  expect((await provider.phone.get(list)).status).toBe(403)
  expect((await provider.phone.get(`${list}/${id}`)).status).toBe(403)
})

describe('the list of grants', () => {
  const idsAt = async (path: string) => {
    const page = await pageOf(viewer, path)
    const links = page('tbody th a').toArray()
    return { page, ids: links.map((one) => page(one).attr('href')!.split('/').at(-1)!) }
  }

  test('has the newest first, by state and campaign, and leads on by keys', async () => {
    const other = await aCampaign(services, stock, { slug: 'other' })
    clock.advance(1_000)
    const owed = await aGrant(services, other, stock, { openid, coupons: ['reserved'] })
    const ids: string[] = []
    for (let nth = 0; nth < 30; nth += 1) ids.unshift(await grantOf([['refused', 'user_abnormal']]))
    const first = await idsAt(`${list}?state=refused`)
    expect(first.ids).toEqual(ids.slice(0, 20))
    const next = await idsAt(first.page('a[rel=next]').attr('href')!)
    expect(next.ids.slice(0, 10)).toEqual(ids.slice(20))
    expect(next.ids).not.toContain(owed)
    expect((await idsAt(`${list}?campaign=other`)).ids).toEqual([owed])
    expect((await idsAt(`${list}?campaign=other&state=pending`)).ids).toEqual([owed])
    expect((await idsAt(`${list}?campaign=other&state=refused`)).ids).toEqual([])
    expect((await idsAt(`${list}?state=pending&before=${owed}`)).ids).not.toContain(owed)
    expect((await idsAt(`${list}?state=x&campaign=nobody&before=1`)).ids).toHaveLength(20)
  })

  test('of a merchant without grants says what to do', async () => {
    const far = await consoleBrowser(services, site, 'new@example.com', { ...ofMerchant(mall.id), role: 'owner' })
    expect((await far.phone.get('/console/m/mall/grants')).text).toContain('还没有发放记录')
  })
})

test('the page of one grant says where and when its coupon was used, and from which source that is known', async () => {
  const id = await grantOf(['sent'])
  const { coupon_id } = await db
    .selectFrom('coupons')
    .select('coupon_id')
    .where('grant_id', '=', id)
    .executeTakeFirstOrThrow()
  const about = { couponId: coupon_id!, transactionId: '4200000077', outTradeNo: 'mall-77', amount: 200 }
  const times = { usedAt: clock.now(), toldAt: clock.now() }
  await db.transaction().execute((trx) => recordRedemption(trx, shop, { ...about, ...times, source: 'notice' }))
  const page = (await pageOf(viewer, `${list}/${id}`))('main').text()
  expect(page).toContain('已使用')
  expect(page).toContain('订单号 mall-77，抵扣 2 元，来源：微信核销通知')
  expect(page).toContain('还没有问过微信')
})
