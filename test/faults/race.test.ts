import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Campaign } from '../../src/campaigns/campaign.ts'
import { applyCampaign } from '../../src/campaigns/apply.ts'
import { prove } from '../../src/claims/proof.ts'
import { recordPayment } from '../../src/payments/intake.ts'
import { type DemoShop, openDemoShop } from '../support/demo-shop.ts'
import { openPhone } from '../support/phone.ts'
import { aPayment } from '../support/spend.ts'
import { formOf, sessionCookie } from '../support/site.ts'
import { startWebProcess, type WebProcess } from '../support/web-processes.ts'

const claimers = 64
const processesStartMs = 60_000

describe('64 taps at once over two web processes', () => {
  let shop: DemoShop
  let processes: WebProcess[]

  beforeAll(async () => {
    shop = await openDemoShop()
    processes = await Promise.all([startWebProcess(shop.services.config), startWebProcess(shop.services.config)])
  }, processesStartMs)
  afterAll(async () => {
    await Promise.all(processes.map((one) => one.stop()))
    await shop[Symbol.asyncDispose]()
  })

  type Answer = { status: string; reason?: string; grant_id?: string }

  /** Every tap has its own page and form, as 64 phones have. */
  async function tapAll(campaign: Campaign, openidOf: (turn: number) => string): Promise<Answer[]> {
    const address = `/m/demo/c/${campaign.slug}`
    const phones = Array.from({ length: claimers }, (_, turn) => {
      const phone = openPhone((processes[turn % 2] as WebProcess).url)
      phone.cookies.set(...sessionCookie(shop.services, shop.merchant, openidOf(turn)))
      return phone
    })
    const forms = await Promise.all(phones.map(async (phone) => formOf((await phone.get(address)).text)))
    const seen = await Promise.all(
      phones.map((phone, turn) => phone.post(`${address}/claims`, forms[turn] ?? {}, { accept: 'application/json' })),
    )
    return seen.map((one) => JSON.parse(one.text) as Answer)
  }

  const sent = (answers: Answer[]) => answers.filter((answer) => answer.status === 'sent').length
  const refusals = (answers: Answer[]) => [
    ...new Set(answers.flatMap((answer) => (answer.status === 'refused' ? [answer.reason] : []))),
  ]

  test('of 64 members one gets the last coupon, and the others are told that it is gone', async () => {
    const campaign = await shop.campaign({ limits: { per_member: 1, total: 1 } })
    const answers = await tapAll(campaign, (turn) => shop.member(`racer-${turn}`))
    expect(sent(answers)).toBe(1)
    expect(refusals(answers)).toEqual(['sold_out'])
    expect(
      shop.sandbox.control.coupons().filter((coupon) => coupon.stockId === campaign.coupons[0]?.stock_id),
    ).toHaveLength(1)
  })

  test('64 taps of one member send one coupon, and every tap finds the same grant', async () => {
    const campaign = await shop.campaign({ limits: { per_member: 1 } })
    const openid = shop.member('impatient')
    const answers = await tapAll(campaign, () => openid)
    expect(sent(answers)).toBe(1)
    expect(refusals(answers)).toEqual(['already_claimed'])
    expect(new Set(answers.map((answer) => answer.grant_id)).size).toBe(1)
    expect(shop.sandbox.control.coupons(openid)).toHaveLength(1)
  })

  test('a day with 20 places gives 20', async () => {
    const campaign = await shop.campaign({ limits: { per_member: 1, total: 100, per_day: 20 } })
    const answers = await tapAll(campaign, (turn) => shop.member(`early-${turn}`))
    expect(sent(answers)).toBe(20)
    expect(refusals(answers)).toEqual(['day_sold_out'])
  })

  test('a member and day with two places gives two', async () => {
    const campaign = await shop.campaign({ limits: { per_member: 9, per_member_per_day: 2 } })
    const openid = shop.member('daily')
    const answers = await tapAll(campaign, () => openid)
    expect(sent(answers) + answers.filter((answer) => answer.status === 'pending').length).toBe(2)
    expect(refusals(answers)).toEqual(['member_day_limit'])
  })

  test("a stock's own number per member holds over two campaigns", async () => {
    const [one, other] = [await shop.campaign({ limits: {} }), await shop.campaign({ limits: {} })]
    const openid = shop.member('collector')
    const { db } = shop.services
    const stockId = one.coupons[0]!.stock_id
    const stock = await db.selectFrom('stocks').selectAll().where('stock_id', '=', stockId).executeTakeFirstOrThrow()
    await db.updateTable('stocks').set({ max_coupons_per_user: 3 }).where('id', '=', stock.id).execute()
    await directoriesForget()
    await Promise.all([tapAll(one, () => openid), tapAll(other, () => openid)])
    const held = await db.selectFrom('coupons').select('place').where('openid', '=', openid).orderBy('place').execute()
    expect(held.map((row) => row.place)).toEqual([1, 2, 3])
    const { max_coupons_per_user } = stock
    await db.updateTable('stocks').set({ max_coupons_per_user }).where('id', '=', stock.id).execute()
    await directoriesForget()
  })

  test('a tier with 20 places gives 20 to 64 members who reached it', async () => {
    const { services, merchant } = shop
    const coupons = [{ stock_id: shop.world.merchants[0]!.campaigns.spend.stockId, count: 1 }]
    const tiers = [{ at_least: 5000, coupons, total: 20 }]
    const rule = { basis: 'total', mode: 'single', window_days: 30, tiers, tier_rule: 'highest' } as const
    const spend = { ...rule, exclude_orders_using_our_coupons: true, hold_minutes: 0 }
    const campaign = await shop.campaign({ kind: 'spend', coupons: [], spend, limits: {} })
    const openids = Array.from({ length: claimers }, (_, turn) => shop.member(`spender-${turn}`))
    for (const openid of openids) await recordPayment(services, merchant, aPayment(services, { openid, total: 6000 }))
    const answers = await tapAll(campaign, (turn) => openids[turn] as string)
    expect(sent(answers)).toBe(20)
    expect(refusals(answers)).toEqual(['sold_out'])
  })

  test.each([
    { change: 'added', before: {}, after: { total: 20 } },
    { change: 'lowered', before: { total: 60 }, after: { total: 20 } },
    { change: 'raised', before: { total: 5 }, after: { total: 20 } },
  ])('a total that is $change while 64 members tap is never passed by what comes after', async ({ before, after }) => {
    const { services, merchant } = shop
    const { slug, coupons } = await shop.campaign({ limits: { per_member: 1, ...before } })
    const window = { starts_at: '2020-01-01T00:00:00Z', ends_at: '2099-01-01T00:00:00Z' }
    const file = { slug, kind: 'link', title: '领券有礼', coupons, state: 'published', ...window }
    await applyCampaign(services, merchant, { ...file, limits: { per_member: 1, ...before } })
    const campaign = (await services.directory.campaign(merchant.id, slug)) as Campaign
    const racing = tapAll(campaign, (turn) => shop.member(`${slug}-${turn}`))
    const said = await applyCampaign(services, merchant, { ...file, limits: { per_member: 1, ...after } })
    await racing
    const { db } = services
    const counted = Number(/(\d+) given/.exec(said.join())?.[1])
    const grants = await db.selectFrom('grants').select('id').where('campaign_id', '=', campaign.id).execute()
    expect(grants.length).toBeLessThanOrEqual(Math.max(20, counted))
    const scope = `campaign/${campaign.id}/total`
    expect(await db.selectFrom('slots').select('number').where('scope', '=', scope).execute()).toHaveLength(
      grants.length,
    )
  })

  /** Each process reads merchants, campaigns and stocks anew after a second. */
  async function directoriesForget(): Promise<void> {
    shop.services.directory.forget()
    await setTimeout(1_100)
  }

  test('the ledger proves that every limit held', async () => {
    expect(await prove(shop.services)).toMatchObject({ ok: true, failures: [] })
  })
})
