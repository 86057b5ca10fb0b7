import type { Insertable } from 'kysely'
import { beforeEach, describe, expect, test } from 'vitest'
import { createCertificate } from '../../sandbox/certificate.ts'
import { settleWarnings } from '../../src/alerts/warnings.ts'
import { checkCampaign } from '../../src/doctor/campaign-check/check-campaign.ts'
import { keepExamination } from '../../src/doctor/examinations.ts'
import { finding } from '../../src/doctor/findings.ts'
import { rememberMember } from '../../src/members/members.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import { accountPlace } from '../../src/merchants/secret-places.ts'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import type { CampaignsTable, StocksTable } from '../../src/plumbing/storage/schema.ts'
import type { Stock } from '../../src/plumbing/storage/schema/stock.ts'
import { noteReport } from '../../src/stocks/reports.ts'
import { aCampaign, aMerchant, aStock, senderOf } from '../support/builders.ts'
import { movableClock } from '../support/clock.ts'
import { servicesOfFile } from '../support/services.ts'
import { aSpendCampaign } from '../support/spend.ts'

const clock = movableClock()
const services = await servicesOfFile({ redis: false, clock, config: { publicUrl: 'https://coupons.example.com' } })
const dayMs = 86_400_000
const inDays = (days: number) => new Date(clock.now().getTime() + days * dayMs)
let merchant: Merchant

/** A merchant with which everything is in order. */
beforeEach(async () => {
  const { slug, id } = await aMerchant(services)
  const domain_verification = JSON.stringify({ 'MP_verify_abc.txt': 'abc' })
  await services.db.updateTable('merchants').set({ domain_verification }).where('id', '=', id).execute()
  services.catalog.forget()
  merchant = (await services.catalog.merchant(slug))!
  await keepExamination(services, merchant, { by: 'test', findings: [finding('secret_right', { appid: 'wx1' })] })
})

const stockWith = (change: Partial<Insertable<StocksTable>> = {}) => aStock(services, merchant, change)
async function draftWith(stock: Stock, change: Partial<Insertable<CampaignsTable>> = {}): Promise<Campaign> {
  const { id } = await aCampaign(services, stock, { state: 'draft', limits: { per_member: 1, total: 100 } })
  return services.db
    .updateTable('campaigns')
    .set({ updated_at: clock.now(), ...change })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}
/** What stands against it: the states and sentences without what is in order. */
async function against(campaign: Campaign): Promise<string[]> {
  const found = await checkCampaign(services, merchant, campaign)
  return found.filter(({ state }) => state !== 'good').map(({ state, text }) => `${state} ${text}`)
}
const limits = (of: object) => JSON.stringify(of)
const of = ({ stock_id, name }: Stock) => `批次 ${stock_id}「${name}」`

test('a campaign with which everything is in order has only good findings, and says what was looked at', async () => {
  const stock = await stockWith()
  const found = await checkCampaign(services, merchant, await draftWith(stock))
  expect(found.filter(({ state }) => state !== 'good')).toEqual([])
  expect(found.map(({ text }) => text.replace(/\d{4}-\d\d-\d\d [\d:]{8}/g, 'T'))).toEqual([
    '活动到 T 结束，还有 19 天',
    `${of(stock)}运行中（刚刚同步）`,
    `${of(stock)}可用到 T，门店收银可用，与通用券互斥，与活动相符`,
    `${of(stock)}还能发 100,000 张，活动最多要 100 张`,
    '每人能领的张数和金额都在微信的上限内',
    `发券商户号 ${senderOf(merchant).mchid} 密钥正常，没有暂停发券`,
    '会员可以登录：网页授权域名和服务号都正常',
  ])
})

describe('exactly one finding is told of a campaign whose', () => {
  const ofStock: [string, Partial<Insertable<StocksTable>>, string][] = [
    ['stock was stopped', { status: 'stoped' }, 'stop STOCK已永久停止'],
    ['stock is over', { available_end: inDays(-1) }, 'stop STOCK已于 TIME 到期'],
    ['stock is paused', { status: 'paused' }, 'stop STOCK在微信已暂停发放'],
    ['stock is not active', { status: 'unactivated' }, 'stop STOCK还没有激活（unactivated）'],
    ['stock has a state that WeChat added', { status: 'sleeping' }, 'ask STOCK的状态是微信新增的 sleeping'],
    ['stock is off the shelf', { on_shelf: false }, 'ask STOCK已下架'],
    ['stock ends before it', { available_end: inDays(5) }, 'stop 活动到 TIME 才结束，STOCK到 TIME 就不能用了'],
    ['stock begins after it', { available_begin: inDays(2) }, 'stop 活动 TIME 开始，STOCK从 TIME 才能发'],
    ['stock has none left', { max_coupons: 7, distributed_coupons: 7 }, 'stop STOCK只能再发 0 张，不够发一份（1 张）'],
    ['stock has fewer left than promised', { max_coupons: 99 }, 'ask 活动最多要发 100 张，STOCK只能再发 99 张'],
  ]
  test.each(ofStock)('%s', async (_, change, text) => {
    const stock = await stockWith(change)
    const found = await against(await draftWith(stock))
    expect(found.map((one) => one.replaceAll(of(stock), 'STOCK').replace(/\d{4}-\d\d-\d\d [\d:]{8}/g, 'TIME'))).toEqual(
      [text],
    )
  })

  const ofCampaign: [string, Partial<Insertable<CampaignsTable>>, RegExp][] = [
    ['stock is not imported', { coupons: limits([{ stock_id: '404', count: 1 }]) }, /^stop 批次 404 还没有导入$/],
    ['list of coupons is empty', { coupons: '[]' }, /^stop 活动没有选优惠券$/],
    ['total is missing', { limits: limits({ per_member: 1 }) }, /^ask 活动没有设总量/],
    ['grant has more than WeChat gives a member', { coupons: 'COUNT 61' }, /^stop 活动一次发 61 张，.*每人最多 60 张/],
    [
      'members may have more than WeChat gives',
      { limits: limits({ per_member: 61, total: 100 }) },
      /^stop 活动每人最多 61 次共 61 张/,
    ],
    [
      'members may come daily for more',
      { limits: limits({ per_member_per_day: 4, total: 100 }) },
      /^ask 按每人每天的次数，一位会员最多会想领 80 张/,
    ],
    ['channel is another than the tags say', { channel: 'online' }, /^stop 活动说在线上商城用，.*是门店收银可用/],
    ['coupons cannot be combined as it says', { stackable: true }, /^stop 活动说可以与通用券同时用/],
    ['time is over', { ends_at: new Date(clock.now().getTime() - 1_000) }, /^stop 活动已于 .* 结束$/],
    ['state is ended', { state: 'ended' }, /^stop 活动已结束$/],
    ['time is only hours', { ends_at: inDays(0.2) }, /^ask 活动到 .* 结束，只有 5 小时$/],
    ['senders are unknown', { sender_mchids: ['999'] }, /^stop 活动没有可用的发券商户号$/],
  ]
  test.each(ofCampaign)('%s', async (_, change, text) => {
    const stock = await stockWith()
    const coupons = change.coupons === 'COUNT 61' ? limits([{ stock_id: stock.stock_id, count: 61 }]) : change.coupons
    expect(await against(await draftWith(stock, { ...change, ...(coupons && { coupons }) }))).toEqual([
      expect.stringMatching(text),
    ])
  })

  test('members may have more than 5,000 yuan in a month', async () => {
    const stock = await stockWith({ coupon_amount: 50_000 })
    const draft = await draftWith(stock, { limits: limits({ per_member: 11, total: 100 }) })
    expect(await against(draft)).toEqual([
      'ask 一位会员一个月最多可得 5500 元，微信规定每人每月每个制券商户号（1267388801）最多 5000 元',
    ])
  })

  test('stock was not read for long, though WeChat was asked again', async () => {
    const stock = await stockWith({ synced_at: new Date(clock.now().getTime() - 20 * 60_000) })
    const [found, ...more] = await against(await draftWith(stock))
    expect([found, more]).toEqual([expect.stringMatching(/^ask .*的状态是 20 分钟前同步的，之后没有同步成功：/), []])
  })

  test('stock runs dry before its end', async () => {
    const stock = await stockWith({ max_coupons: 1_000 })
    await noteReport(services.db, { ...stock, synced_at: inDays(-1), distributed_coupons: 0 })
    const draft = await draftWith(stock, { limits: limits({ per_member: 1, total: 100 }) })
    await services.db.updateTable('stocks').set({ distributed_coupons: 500 }).where('id', '=', stock.id).execute()
    expect(await against(draft)).toEqual([
      expect.stringMatching(/^ask .*按近来每天 500 张约 1 天发完，活动还有 20 天$/),
    ])
  })

  test('sender has no keys', async () => {
    const sender = senderOf(merchant)
    merchant = { ...merchant, accounts: [{ ...sender, keys: undefined }] }
    expect(await against(await draftWith(await stockWith()))).toEqual([
      `stop 发券商户号 ${sender.mchid} 没有密钥，签不了名`,
    ])
  })

  test('sender or stock is halted, each once', async () => {
    const [stock, sender] = [await stockWith(), senderOf(merchant)]
    const draft = await draftWith(stock)
    const halt = { merchant_id: merchant.id, account_id: sender.id, since: clock.now(), probe_at: clock.now() }
    const lift = () => services.db.updateTable('halts').set({ lifted_at: clock.now(), lifted_by: 'test' }).execute()
    for (const [stock_ref, cause, text] of [
      [null, 'appid_not_bound', /^stop 发券商户号 \d+ 暂停发券：/],
      [stock.id, 'stock_budget_exhausted', /^stop 批次 .*暂停发券：/],
    ] as const) {
      await services.db
        .insertInto('halts')
        .values({ ...halt, stock_ref, cause })
        .execute()
      clock.advance(2_000)
      expect(await against(draft)).toEqual([expect.stringMatching(text)])
      await lift()
      clock.advance(2_000)
    }
  })

  test('keys end before it does, or have ended', async () => {
    const stock = await stockWith()
    const draft = await draftWith(stock)
    for (const [days, text] of [
      [10, /^ask 发券商户号 .* 的 API 证书 .* 到期，早于活动结束$/],
      [-1, /^stop 商户号 .*：API 证书已于 .* 到期$/],
    ] as const) {
      await certify(days)
      expect(await against(draft)).toEqual([expect.stringMatching(text)])
    }
  })

  test('members cannot log in: by the last examination, or because nobody has looked', async () => {
    const draft = await draftWith(await stockWith())
    for (const name of ['secret_wrong', 'appid_not_bound'] as const) {
      await keepExamination(services, merchant, { by: 'test', findings: [finding(name, { appid: 'wx1', mchid: '1' })] })
      expect(await against(draft)).toEqual([expect.stringMatching(/^stop 服务号 wx1 ?.*检测）$/)])
    }
    await services.db.deleteFrom('examinations').where('merchant_id', '=', merchant.id).execute()
    expect(await against(draft)).toEqual(['ask 还没有检测过服务号的 AppSecret 和关联'])
  })

  test("domain's file is missing, and nobody has logged in by that domain", async () => {
    merchant = { ...merchant, domainVerification: {} }
    expect(await against(await draftWith(await stockWith()))).toEqual([
      'ask 还没有 coupons.example.com 的域名校验文件（MP_verify_…）',
    ])
    await rememberMember(services.db, { merchantId: merchant.id, openid: 'o-who-logged-in', at: clock.now() })
    expect(await against(await draftWith(await stockWith()))).toEqual([])
  })

  test('stock is given by another campaign that runs, unless there are enough for both', async () => {
    const told = async (max_coupons: number, total?: number) => {
      const stock = await stockWith({ max_coupons })
      await aCampaign(services, stock, { limits: { per_member: 1, ...(total && { total }) } })
      await aCampaign(services, stock, { state: 'draft' })
      return (await against(await draftWith(stock))).map((one) => one.replace(of(stock), 'STOCK'))
    }
    const asked = ['ask STOCK也在发给活动「领券有礼」，两边分同一个数量']
    expect(await told(100_000)).toEqual(asked)
    expect(await told(299, 200)).toEqual(asked)
    expect(await told(300, 200)).toEqual([])
  })

  test('stock is warned of', async () => {
    const stock = await stockWith()
    const found = {
      kind: 'same_person',
      subject: `批次 ${stock.stock_id}`,
      facts: { name: stock.name, members: 3 },
    } as const
    await settleWarnings(services, { merchantId: merchant.id, kinds: ['same_person'] }, [found])
    expect(await against(await draftWith(stock))).toEqual([
      expect.stringMatching(/^ask .*近 7 天有 3 位会员因自然人限制被拒/),
    ])
  })
})

test('without https nobody but a tester can log in', async () => {
  const plain = { ...services, config: { ...services.config, publicUrl: 'http://localhost:3000' } }
  const draft = await draftWith(await stockWith())
  const found = await checkCampaign(plain, merchant, draft)
  expect(found.filter(({ state }) => state !== 'good').map(({ text }) => text)).toEqual([
    '本系统的地址 http://localhost:3000 不是 https，只适合测试',
  ])
})

test('tiers are counted by their own totals, and a tier without one by that of the campaign', async () => {
  const stock = await stockWith({ max_coupons: 50 })
  const tiers = [
    { at_least: 3_000, coupons: [{ stock_id: stock.stock_id, count: 1 }], total: 20 },
    { at_least: 9_000, coupons: [{ stock_id: stock.stock_id, count: 2 }], total: 15 },
  ]
  expect(await against(await aSpendCampaign(services, stock, { tiers }))).toEqual([])
  const open = await aSpendCampaign(services, stock, {
    tiers: [tiers[0]!, { at_least: 9_000, coupons: tiers[1]!.coupons }],
  })
  expect(await against(open)).toContainEqual(expect.stringMatching(/^ask 活动没有设总量/))
})

/** Gives the merchant's sender a certificate that ends in so many days. */
async function certify(days: number) {
  const { mchid, id } = senderOf(merchant)
  const fiveYearsBefore = new Date(inDays(days))
  fiveYearsBefore.setUTCFullYear(fiveYearsBefore.getUTCFullYear() - 5)
  const { serialNo, certificate, privateKey } = createCertificate({ commonName: mchid, from: fiveYearsBefore })
  const private_key_sealed = services.secrets.seal(privateKey, accountPlace(merchant.slug, mchid, 'private_key'))
  const columns = { serial_no: serialNo, certificate, private_key_sealed, updated_at: clock.now() }
  await services.db.updateTable('accounts').set(columns).where('id', '=', id).execute()
  services.catalog.forget()
  merchant = (await services.catalog.merchant(merchant.slug))!
}
