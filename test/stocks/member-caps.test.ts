import { beforeEach, expect, test } from 'vitest'
import { activeWarnings } from '../../src/alerts/warnings.ts'
import { warningWords } from '../../src/alerts/warning-words.ts'
import { award } from '../../src/grants/award.ts'
import type { Stock } from '../../src/plumbing/storage/schema/stock.ts'
import { examine } from '../../src/doctor/examine.ts'
import { aCampaign, aStock } from '../support/builders.ts'
import { runNow } from '../support/jobs.ts'
import { shopOfFile } from '../support/shop.ts'

let now = new Date('2026-11-24T10:00:00+08:00')
const { services, merchant } = await shopOfFile({ redis: false, clock: { now: () => now } })
let serial = 0
beforeEach(async () => {
  now = new Date('2026-11-24T10:00:00+08:00')
  await services.db.deleteFrom('coupons').execute()
})

/** Coupons that WeChat has given a member, or refused, at `at`. */
async function coupons(
  stock: Stock,
  openid: string,
  count: number,
  { at = now, refused }: { at?: Date; refused?: string } = {},
): Promise<void> {
  const campaign = await aCampaign(services, stock, { limits: {} })
  for (let one = 0; one < count; one += 1) {
    const triggerKey = `link/${openid}/${(serial += 1)}`
    await award(services, { merchant, campaign, openid, triggerKey, coupons: campaign.coupons, at: now })
  }
  const settled = refused
    ? { state: 'refused' as const, last_message: refused }
    : { state: 'sent' as const, coupon_id: `${openid}-${stock.id}` }
  for (const { id } of await open())
    await services.db
      .updateTable('coupons')
      .set({ ...settled, ...(settled.state === 'sent' && { coupon_id: id }), settled_at: at })
      .where('id', '=', id)
      .execute()
}
const open = () => services.db.selectFrom('coupons').select('id').where('state', '=', 'reserved').execute()
const warnings = async () => {
  await runNow(services, 'member-caps')
  const active = await activeWarnings(services.db, merchant.id)
  return active.map(({ kind, subject, facts }) => warningWords(kind, subject, facts).message)
}

test('a member with 4,000 yuan of one creating number this month is near the 5,000 that no campaign names', async () => {
  const stock = await aStock(services, merchant, { coupon_amount: 100_000 })
  const other = await aStock(services, merchant, { coupon_amount: 100_000 })
  await coupons(stock, 'near', 2)
  await coupons(other, 'near', 2)
  await coupons(stock, 'far', 3)
  expect(await warnings()).toEqual([
    '制券商户号 1267388801：1 位会员本月收到的面额已达 80%（最多 4000 元），上限是每人每月每个制券商户号 5000 元',
  ])
  now = new Date('2026-12-01T00:00:00+08:00')
  expect(await warnings()).toEqual([])
})

test('what was given in October counts for October, by the calendar of Beijing', async () => {
  const stock = await aStock(services, merchant, { coupon_amount: 100_000 })
  await coupons(stock, 'near', 4, { at: new Date('2026-10-31T23:59:59+08:00') })
  expect(await warnings()).toEqual([])
  await services.db.deleteFrom('coupons').execute()
  await coupons(stock, 'near', 4, { at: new Date('2026-11-01T00:00:00+08:00') })
  expect(await warnings()).toHaveLength(1)
})

test('a member who has had 48 of the 60 coupons that a stock gives one member is told of', async () => {
  const stock = await aStock(services, merchant, { coupon_amount: 100, name: '满3减1' })
  await coupons(stock, 'collector', 48)
  await coupons(stock, 'beginner', 47)
  expect(await warnings()).toEqual([`批次 ${stock.stock_id}「满3减1」：1 位会员已领到 80% 以上的每人限领（60 张）`])
})

test('one limit per member that the merchant has chosen itself is no warning', async () => {
  const stock = await aStock(services, merchant, { coupon_amount: 100, max_coupons_per_user: 1 })
  await coupons(stock, 'only', 1)
  expect(await warnings()).toEqual([])
})

test('WeChat’s 自然人 answers of the last week are counted by member, and doctor shows them', async () => {
  const stock = await aStock(services, merchant, { name: '满30减10' })
  await coupons(stock, 'second-phone', 1, { refused: '超过自然人最大限领数' })
  await coupons(stock, 'third-phone', 1, { refused: '超过自然人最大限领数' })
  await coupons(stock, 'greedy', 1, { refused: '用户已达最大领券次数' })
  await coupons(stock, 'long-ago', 1, { refused: '超过自然人最大限领数', at: new Date('2026-11-16T10:00:00+08:00') })
  const message = `批次 ${stock.stock_id}「满30减10」：近 7 天有 2 位会员因自然人限制被拒，同一身份的几个微信号合算一人`
  expect(await warnings()).toEqual([message])
  const findings = await examine(services, merchant)
  expect(findings.filter(({ check }) => check === 'warnings')).toMatchObject([
    {
      ok: true,
      message: `预警：${message}（自 2026-11-24 10:00:00）`,
      cure: expect.stringContaining('不是故障') as string,
    },
  ])
})
