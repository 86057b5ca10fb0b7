import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { award } from '../../src/grants/award.ts'
import { claim } from '../../src/claims/claim.ts'
import { prove } from '../../src/doctor/proof/proof.ts'
import { beijingDay, nextBeijingMidnight } from '../../src/plumbing/clock.ts'
import { minute } from '../../src/web/shell/format.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'
import { startSite } from '../support/site.ts'

const midnight = nextBeijingMidnight(new Date()).getTime()
const dayMs = 86_400_000

/** Where the server may stand: far west and far east of Beijing, with summer time and without. */
const zones = ['UTC', 'Asia/Shanghai', 'America/Los_Angeles', 'Pacific/Kiritimati', 'Europe/Berlin']

describe.each([['with Redis', {}] as const, ['without Redis', { redis: false }] as const])('%s', (_, options) => {
  let nowMs: number
  let shop: SandboxShop
  beforeEach(async () => {
    nowMs = midnight - 1
    shop = await openShop({ wechat: 'sandbox', ...options, clock: { now: () => new Date(nowMs) } })
  })
  afterEach(() => shop[Symbol.asyncDispose]())

  let taps = 0
  async function tap(campaign: Campaign, member: string): Promise<string> {
    const { services, merchant } = shop
    const wanted = { merchant, campaign, openid: shop.member(member), claimKey: `tap-${(taps += 1)}` }
    const answer = await claim(services, wanted)
    return answer.reason ?? answer.status
  }

  test('a member who had the coupon of today gets another at midnight in Beijing, not a moment before', async () => {
    const campaign = await shop.campaign({ limits: { per_member: 3, per_member_per_day: 1 } })
    expect(await tap(campaign, 'daily')).toBe('sent')
    expect(await tap(campaign, 'daily')).toBe('member_day_limit')
    nowMs = midnight
    expect(await tap(campaign, 'daily')).toBe('sent')
    expect(await tap(campaign, 'daily')).toBe('member_day_limit')
    nowMs = midnight + dayMs - 1
    expect(await tap(campaign, 'daily')).toBe('member_day_limit')
    nowMs = midnight + dayMs
    expect(await tap(campaign, 'daily')).toBe('sent')
    nowMs = midnight + 2 * dayMs
    expect(await tap(campaign, 'daily')).toBe('member_limit')
    expect(await prove(shop.services)).toMatchObject({ ok: true, failures: [] })
  })

  test('what a day has left over does not go into the next', async () => {
    const campaign = await shop.campaign({ limits: { per_member: 1, per_day: 2, total: 10 } })
    expect(await tap(campaign, 'one')).toBe('sent')
    nowMs = midnight
    expect([await tap(campaign, 'two'), await tap(campaign, 'three'), await tap(campaign, 'four')]).toEqual([
      'sent',
      'sent',
      'day_sold_out',
    ])
    expect(await tap(campaign, 'one')).toBe('already_claimed')
    nowMs = midnight + dayMs
    expect(await tap(campaign, 'four')).toBe('sent')
    expect(await prove(shop.services)).toMatchObject({ ok: true, failures: [] })
  })

  test('a campaign opens with its first instant and closes after its last', async () => {
    const [starts_at, ends_at] = [new Date(midnight), new Date(midnight + dayMs)]
    const campaign = await shop.campaign({ starts_at, ends_at, limits: { per_member: 1 } })
    await using site = await startSite(shop.services)
    const page = async () => (await site.phone().get(`/m/demo/c/${campaign.slug}`)).text
    expect(await tap(campaign, 'early')).toBe('not_started')
    expect(await page()).toContain('即将开始')
    nowMs = midnight
    expect(await tap(campaign, 'early')).toBe('sent')
    expect(await page()).not.toContain('即将开始')
    nowMs = midnight + dayMs
    expect(await tap(campaign, 'late')).toBe('sent')
    expect(await page()).not.toContain('已结束')
    nowMs += 1
    expect(await tap(campaign, 'too late')).toBe('ended')
    expect(await page()).toContain('已结束')
  })

  test('what was earned before midnight and heard of after it counts for the day it was earned', async () => {
    const campaign = await shop.campaign({ limits: { per_day: 1 }, ends_at: new Date(midnight) })
    const { services, merchant } = shop
    nowMs = midnight + 3_600_000
    const earned = (triggerKey: string) =>
      award(services, {
        merchant,
        campaign,
        openid: shop.member('payer'),
        triggerKey,
        coupons: campaign.coupons,
        at: new Date(midnight - 1),
      })
    const granted = await earned('spend/1')
    expect(granted).toMatchObject({ kind: 'granted' })
    expect(await earned('spend/2')).toMatchObject({ kind: 'turned_away', reason: 'day_sold_out' })
    const slots = await services.db.selectFrom('slots').select('scope').execute()
    expect(slots.map((slot) => slot.scope)).toContain(
      `campaign/${campaign.id}/day/${beijingDay(new Date(midnight - 1))}`,
    )
  })
})

describe.each(zones)('a server that stands in %s', (zone) => {
  const before = process.env.TZ
  beforeEach(() => {
    process.env.TZ = zone
  })
  afterEach(() => {
    if (before === undefined) delete process.env.TZ
    else process.env.TZ = before
  })

  test('has the days of Beijing, also on the nights when its own clocks are changed', () => {
    expect(new Intl.DateTimeFormat().resolvedOptions().timeZone).toBe(zone)
    for (const [instant, day, next] of [
      ['2026-11-23T15:59:59.999Z', '20261123', '2026-11-23T16:00:00.000Z'],
      ['2026-11-23T16:00:00.000Z', '20261124', '2026-11-24T16:00:00.000Z'],
      ['2026-11-01T09:30:00.000Z', '20261101', '2026-11-01T16:00:00.000Z'],
      ['2026-03-08T10:30:00.000Z', '20260308', '2026-03-08T16:00:00.000Z'],
      ['2026-10-25T00:59:59.000Z', '20261025', '2026-10-25T16:00:00.000Z'],
      ['2026-12-31T16:00:00.000Z', '20270101', '2027-01-01T16:00:00.000Z'],
      ['2028-02-28T16:00:00.000Z', '20280229', '2028-02-29T16:00:00.000Z'],
    ] as const) {
      expect([instant, beijingDay(new Date(instant))]).toEqual([instant, day])
      expect([instant, nextBeijingMidnight(new Date(instant)).toISOString()]).toEqual([instant, next])
    }
  })

  test('shows the time of Beijing, and gives the coupon of a new day at midnight there', async () => {
    expect(minute(new Date('2026-12-31T16:00:00Z'))).toContain('2027')
    let nowMs = midnight - 1
    await using shop = await openShop({ wechat: 'sandbox', clock: { now: () => new Date(nowMs) } })
    const { services, merchant } = shop
    const campaign = await shop.campaign({ limits: { per_member_per_day: 1 } })
    const tap = async (claimKey: string) =>
      (await claim(services, { merchant, campaign, openid: shop.member('far'), claimKey })).status
    expect([await tap('a'), await tap('b')]).toEqual(['sent', 'refused'])
    nowMs = midnight
    expect([await tap('c'), await tap('d')]).toEqual(['sent', 'refused'])
  })
})
