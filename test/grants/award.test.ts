import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { award } from '../../src/grants/award.ts'
import type { Awarded } from '../../src/grants/awarded.ts'
import { prove } from '../../src/doctor/proof/proof.ts'
import { memberMark } from '../../src/members/member-mark.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import type { CampaignLimits } from '../../src/plumbing/storage/schema.ts'
import type { Services } from '../../src/services.ts'
import { aCampaign, aMerchant, aStock } from '../support/builders.ts'
import { openTestServices } from '../support/services.ts'

/** Two processes on one ledger and one Redis; the last pair has no Redis and is one process. */
describe.each([{ redis: true }, { redis: false }])('with Redis: $redis', ({ redis }) => {
  let processes: (Services & AsyncDisposable)[]
  let merchant: Merchant

  beforeAll(async () => {
    const first = await openTestServices({ processName: 'first', ...(redis ? {} : { redis: false as const }) })
    const { databaseUrl, redisUrls } = first.config
    processes = redis
      ? [first, await openTestServices({ processName: 'second', config: { databaseUrl, redisUrls } })]
      : [first]
    merchant = await aMerchant(first)
  })
  afterAll(async () => {
    for (const one of processes.toReversed()) await one[Symbol.asyncDispose]()
  })

  const claimers = 64
  const tap = (
    campaign: Campaign,
    openid: string,
    turn: number,
    overrides: Partial<Parameters<typeof award>[1]> = {},
  ) => {
    const services = processes[turn % processes.length] as Services
    return award(services, {
      merchant,
      campaign,
      openid,
      triggerKey: `link/${openid}/${randomUUID()}`,
      coupons: campaign.coupons,
      at: services.clock.now(),
      lease: true,
      ...overrides,
    })
  }
  const granted = (awarded: Awarded[]) => awarded.filter((one) => one.kind === 'granted').length
  const reasons = (awarded: Awarded[]) =>
    new Set(awarded.flatMap((one) => (one.kind === 'turned_away' ? [one.reason] : [])))
  const campaignWith = async (limits: CampaignLimits, stock: Parameters<typeof aStock>[2] = {}) => {
    const services = processes[0] as Services
    return aCampaign(services, await aStock(services, merchant, stock), { limits })
  }
  const race = (campaign: Campaign, openid: (turn: number) => string, overrides = {}) =>
    Promise.all(Array.from({ length: claimers }, (_, turn) => tap(campaign, openid(turn), turn, overrides)))

  test.each<{ name: string; limits: CampaignLimits; reason: string }>([
    { name: 'one per member', limits: { per_member: 1 }, reason: 'already_claimed' },
    { name: 'three per member', limits: { per_member: 3 }, reason: 'member_limit' },
    { name: 'two per member and day', limits: { per_member: 9, per_member_per_day: 2 }, reason: 'member_day_limit' },
  ])('the limit $name: 64 taps of one member give exactly that', async ({ limits, reason }) => {
    const campaign = await campaignWith(limits)
    const awarded = await race(campaign, () => 'one-member')
    expect(granted(awarded)).toBe(limits.per_member_per_day ?? limits.per_member)
    expect(reasons(awarded)).toEqual(new Set([reason]))
  })

  test.each<{ name: string; limits: CampaignLimits; reason: string }>([
    { name: 'one in the campaign', limits: { per_member: 1, total: 1 }, reason: 'sold_out' },
    { name: '40 in the campaign', limits: { per_member: 1, total: 40 }, reason: 'sold_out' },
    { name: '20 a campaign day', limits: { per_member: 1, total: 60, per_day: 20 }, reason: 'day_sold_out' },
  ])('the limit $name: 64 members get exactly that', async ({ limits, reason }) => {
    const campaign = await campaignWith(limits)
    const awarded = await race(campaign, (turn) => `member-${turn}`)
    expect(granted(awarded)).toBe(limits.per_day ?? limits.total)
    expect(reasons(awarded)).toEqual(new Set([reason]))
  })

  test("the limit of a stock's own number per member holds over two campaigns that give it", async () => {
    const services = processes[0] as Services
    const stock = await aStock(services, merchant, { max_coupons_per_user: 3 })
    const coupons = [{ stock_id: stock.stock_id, count: 2 }]
    const campaigns = [
      await aCampaign(services, stock, { limits: {}, coupons }),
      await aCampaign(services, stock, { limits: {} }),
    ]
    const awarded = await Promise.all(
      Array.from({ length: 20 }, (_, turn) => tap(campaigns[turn % 2] as Campaign, 'collector', Math.floor(turn / 2))),
    )
    const rows = await services.db
      .selectFrom('slots')
      .select('number')
      .where('scope', '=', `stock/${stock.id}/member/${memberMark(merchant, 'collector')}`)
      .execute()
    expect(rows.length).toBeLessThanOrEqual(3)
    expect(rows.length).toBeGreaterThanOrEqual(2)
    expect(reasons(awarded)).toEqual(new Set(['member_limit']))
  })

  test('the limit of a tier counts for that tier alone', async () => {
    const services = processes[0] as Services
    const stock = await aStock(services, merchant)
    const coupons = [{ stock_id: stock.stock_id, count: 1 }]
    const tiers = [
      { at_least: 5000, coupons, total: 7 },
      { at_least: 9000, coupons },
    ]
    const spend = {
      basis: 'total',
      mode: 'single',
      window_days: 30,
      tiers,
      tier_rule: 'highest',
      exclude_orders_using_our_coupons: true,
      hold_minutes: 0,
    } as const
    const campaign = await aCampaign(services, stock, {
      kind: 'spend',
      spend: { ...spend, tiers },
      coupons: [],
      limits: {},
    })
    const awarded = await race(campaign, (turn) => `payer-${turn}`, { tier: 5000, coupons })
    expect(granted(awarded)).toBe(7)
    const higher = await race(campaign, (turn) => `payer-${turn}`, { tier: 9000, coupons })
    expect(granted(higher)).toBe(claimers)
  })

  test('one trigger is paid once, whoever reports it', async () => {
    // More places under the stock than reports at once: what is being tried must not turn the others away.
    const campaign = await campaignWith({}, { max_coupons_per_user: 2 * claimers })
    const awarded = await race(campaign, () => 'cardholder', { triggerKey: 'card_open/cardholder', lease: false })
    expect(granted(awarded)).toBe(1)
    const grantIds = new Set(awarded.map((one) => (one.kind === 'turned_away' ? undefined : one.grantId)))
    expect(grantIds.size).toBe(1)
  })

  test('what a card or a payment earned is not turned away while others are only being tried', async () => {
    const campaign = await campaignWith({}, { max_coupons_per_user: 1 })
    const report = async (turn: number): Promise<string> => {
      const triggerKey = `spend/${turn}/5000`
      const asked = tap(campaign, 'payer', turn, { triggerKey, lease: false })
      return asked.then(
        (awarded) => awarded.kind,
        (error: Error) => error.constructor.name,
      )
    }
    const outcomes = await Promise.all([0, 1, 2, 3].map(report))
    expect(outcomes.filter((outcome) => outcome === 'granted')).toHaveLength(1)
    // The rest hear "ask again", or a "no" that stands in the ledger; asking again ends in that "no".
    for (const turn of [0, 1, 2, 3]) expect(['existing', 'turned_away']).toContain(await report(turn))
  })

  test('a campaign that was paused a moment ago gives nothing more, although a process still remembers it as open', async () => {
    const services = processes[0] as Services
    const campaign = await campaignWith({ per_member: 1 })
    await services.catalog.campaignById(campaign.id)
    await services.db
      .updateTable('campaigns')
      .set({ state: 'paused', revision: 2 })
      .where('id', '=', campaign.id)
      .execute()
    expect(await tap(campaign, 'late', 0)).toEqual({ kind: 'turned_away', reason: 'paused' })
  })

  test('proof finds every limit kept', async () => {
    const { ok, failures } = await prove(processes[0] as Services)
    expect({ ok, failures }).toEqual({ ok: true, failures: [] })
  })
})
