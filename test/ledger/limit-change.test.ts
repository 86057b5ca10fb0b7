import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { applyCampaign } from '../../src/campaigns/apply.ts'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { award } from '../../src/grants/award.ts'
import type { Awarded } from '../../src/grants/awarded.ts'
import { openGateRepair } from '../../src/gate/gate-repair.ts'
import { changeLimits } from '../../src/ledger/limit-change.ts'
import { prove } from '../../src/doctor/proof/proof.ts'
import { retryGrants } from '../../src/grants/retry.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import type { CampaignLimits } from '../../src/plumbing/storage/schema.ts'
import type { Services } from '../../src/services.ts'
import type { Stock } from '../../src/plumbing/storage/schema/stock.ts'
import { aMerchant, aStock } from '../support/builders.ts'
import { openTestServices } from '../support/services.ts'
import { statementsWait } from '../support/waiting.ts'
import { clockFromNoon } from './noon.ts'

/** Two processes on one ledger and one Redis; without Redis there is one. */
describe.each([{ redis: true }, { redis: false }])('with Redis: $redis', ({ redis }) => {
  let processes: (Services & AsyncDisposable)[]
  let services: Services
  let merchant: Merchant
  let stock: Stock

  beforeAll(async () => {
    const clock = clockFromNoon()
    const first = await openTestServices({ clock, processName: 'first', ...(redis ? {} : { redis: false as const }) })
    const { databaseUrl, redisUrls } = first.config
    processes = redis ? [first, await openTestServices({ clock, config: { databaseUrl, redisUrls } })] : [first]
    services = first
    merchant = await aMerchant(first)
    stock = await aStock(first, merchant)
  })
  afterAll(async () => {
    for (const one of processes.toReversed()) await one[Symbol.asyncDispose]()
  })

  /** Applies the campaign's file with these limits; returns what the operator reads. */
  async function limit(slug: string, limits: CampaignLimits, changes: object = {}): Promise<string> {
    const day = (days: number) =>
      new Date(services.clock.now().getTime() + days * 86_400_000).toISOString().slice(0, 10)
    const file = {
      slug,
      kind: 'link',
      title: '周末礼券',
      starts_at: `${day(-1)}T00:00:00Z`,
      ends_at: `${day(1)}T00:00:00Z`,
      coupons: [{ stock_id: stock.stock_id, count: 1 }],
      limits: { per_member: 1_000, ...limits },
      state: 'published',
      ...changes,
    }
    const lines = await applyCampaign(services, merchant, file)
    for (const one of processes) one.catalog.forget()
    return lines.join('\n')
  }
  const campaignOf = async (slug: string) => (await services.catalog.campaign(merchant.id, slug)) as Campaign

  async function tap(slug: string, openid: string = randomUUID(), turn = 0): Promise<Awarded> {
    const process = processes[turn % processes.length] as Services
    const campaign = (await process.catalog.campaign(merchant.id, slug)) as Campaign
    const { coupons } = campaign
    const at = process.clock.now()
    return award(process, { merchant, campaign, openid, triggerKey: randomUUID(), coupons, at, lease: true })
  }
  const kinds = async (taps: Promise<Awarded>[]) =>
    (await Promise.all(taps)).map((one) => (one.kind === 'turned_away' ? one.reason : one.kind))
  const refuse = (awarded: Awarded) => {
    if (awarded.kind !== 'granted') throw new Error('nothing was granted')
    return services.ledger.settleRefused({
      coupon: awarded.leased[0]!,
      reason: 'user_abnormal',
      at: services.clock.now(),
    })
  }
  const placesOf = async (scope: string) => {
    const { db } = services
    const rows = await db.selectFrom('slots').select('number').where('scope', '=', scope).orderBy('number').execute()
    return rows.map((row) => row.number)
  }
  const proof = async () => (await prove(services, merchant.slug)).failures

  test('a total that is added later counts what was given before', async () => {
    await limit('added', {})
    for (let n = 0; n < 3; n += 1) await tap('added')
    expect(await limit('added', { total: 3 })).toContain('3 given, 0 left under limits.total 3')
    expect(await kinds([tap('added'), tap('added', randomUUID(), 1)])).toEqual(['sold_out', 'sold_out'])
    expect(await limit('added', { total: 4 })).toContain('3 given, 1 left under limits.total 4')
    expect((await kinds([tap('added'), tap('added', randomUUID(), 1)])).toSorted()).toEqual(['granted', 'sold_out'])
    expect(await proof()).toEqual([])
  })

  test('a total that is lowered below a hole admits nobody into it', async () => {
    await limit('lowered', { total: 10 })
    const given: Awarded[] = []
    for (let n = 0; n < 6; n += 1) given.push(await tap('lowered'))
    await refuse(given[1]!)
    expect(await limit('lowered', { total: 3 })).toContain('5 given, 0 left under limits.total 3')
    expect(await kinds([tap('lowered')])).toEqual(['sold_out'])
    await refuse(given[0]!)
    await refuse(given[2]!)
    expect(await kinds([tap('lowered')])).toEqual(['sold_out'])
    const { id } = await campaignOf('lowered')
    expect(await placesOf(`campaign/${id}/total`)).toEqual([1, 2, 3])
    await refuse(given[3]!)
    expect(await kinds([tap('lowered'), tap('lowered')])).toEqual(expect.arrayContaining(['granted', 'sold_out']))
    expect(await proof()).toEqual([])
  })

  test('a limit that is taken away and added again counts what was given meanwhile', async () => {
    await limit('again', { total: 2 })
    await tap('again')
    await limit('again', {})
    for (let n = 0; n < 3; n += 1) await tap('again')
    expect(await limit('again', { total: 5 })).toContain('4 given, 1 left')
    expect((await kinds([tap('again'), tap('again')])).toSorted()).toEqual(['granted', 'sold_out'])
    expect(await proof()).toEqual([])
  })

  describe('while a total of one is being added to a campaign that has given one,', () => {
    /** `act` comes when what was given is counted already, and the change is not committed. */
    async function meanwhile<T>(slug: string, act: () => Promise<T>): Promise<T> {
      const before = await campaignOf(slug)
      const after = { ...before, limits: { ...before.limits, total: 1 } }
      const changing = await services.db.startTransaction().execute()
      await changing
        .updateTable('campaigns')
        .set({ limits: JSON.stringify(after.limits), revision: before.revision + 1 })
        .set({ limits_revision: before.limits_revision + 1 })
        .where('id', '=', before.id)
        .execute()
      await changeLimits(changing, merchant, before, after)
      const acting = act()
      await Promise.race([acting, statementsWait(services.db)])
      await changing.commit().execute()
      return acting
    }

    test('a claim waits for that, and is judged by it', async () => {
      await limit('claimed', {})
      await tap('claimed')
      expect(await meanwhile('claimed', () => kinds([tap('claimed')]))).toEqual(['sold_out'])
      expect(await proof()).toEqual([])
    })

    test('so does an operator’s retry', async () => {
      await limit('retried', {})
      const refused = await tap('retried')
      await refuse(refused)
      await tap('retried')
      const { grantId } = refused as { grantId: string }
      expect(await meanwhile('retried', () => retryGrants(services, [grantId]))).toMatchObject([
        { status: 'refused', message: expect.stringContaining('total is full') as string },
      ])
      expect(await proof()).toEqual([])
    })
  })

  test.each<{ kind: string; limits: CampaignLimits; reason: string }>([
    { kind: 'per member', limits: { per_member: 2 }, reason: 'member_limit' },
    { kind: 'per member and day', limits: { per_member_per_day: 2 }, reason: 'member_day_limit' },
    { kind: 'per day', limits: { per_day: 2 }, reason: 'day_sold_out' },
  ])('a limit $kind that is added, lowered and raised counts what was given', async ({ kind, limits, reason }) => {
    const slug = kind.replaceAll(' ', '-')
    await limit(slug, {})
    const openid = `member-${slug}`
    await tap(slug, openid)
    await tap(slug, openid)
    await limit(slug, limits)
    expect(await kinds([tap(slug, openid), tap(slug, openid, 1)])).toEqual([reason, reason])
    const [name] = Object.keys(limits) as [keyof CampaignLimits]
    await limit(slug, { [name]: 1 })
    expect(await kinds([tap(slug, openid)])).toEqual([name === 'per_member' ? 'already_claimed' : reason])
    await limit(slug, { [name]: 3 })
    expect((await kinds([tap(slug, openid), tap(slug, openid)])).toSorted()).toEqual(['granted', reason].toSorted())
    expect(await proof()).toEqual([])
  })

  test('what the ledger holds of a changed campaign is exactly what its limits say', async () => {
    await limit('exact', { per_day: 5, total: 9 })
    for (let n = 0; n < 4; n += 1) await tap('exact')
    await limit('exact', { per_member_per_day: 2, total: 2 })
    const { id } = await campaignOf('exact')
    const { rows } = await sql<{ kinds: string; grants: number }>`
      select kinds, count(*)::integer as grants from (
        select g.id, string_agg(split_part(s.scope, '/', 3) || case when split_part(s.scope, '/', 5) <> '' then '/day' else '' end,
          ' ' order by s.scope) filter (where s.scope like 'campaign/%') as kinds
        from grants g join slots s on s.grant_id = g.id where g.campaign_id = ${id} group by g.id) held
      group by kinds`.execute(services.db)
    expect(rows).toEqual([{ kinds: 'member member/day total', grants: 4 }])
  })

  const crowd = (slug: string, claimers: number) =>
    kinds(Array.from({ length: claimers }, (_, turn) => tap(slug, randomUUID(), turn)))
  const granted = (words: string[]) => words.filter((word) => word === 'granted').length

  /** Lets in whoever still may come; what a race has lost between gate and ledger comes back with two looks of the repair. */
  async function fillUp(slug: string): Promise<string[]> {
    const repair = openGateRepair(services)
    const words: string[] = []
    for (let look = 0; look <= 2; look += 1) {
      do words.push(...(await kinds([tap(slug)])))
      while (words.at(-1) === 'granted')
      await repair.tick()
    }
    return words
  }

  test.each<{ name: string; before: CampaignLimits; after: CampaignLimits; full: string }>([
    { name: 'added', before: {}, after: { total: 20 }, full: 'sold_out' },
    { name: 'lowered', before: { total: 50 }, after: { total: 20 }, full: 'sold_out' },
    { name: 'lowered below what was given', before: { total: 50 }, after: { total: 12 }, full: 'sold_out' },
    { name: 'raised', before: { total: 20 }, after: { total: 40 }, full: 'sold_out' },
    { name: 'added for a day', before: {}, after: { per_day: 20 }, full: 'day_sold_out' },
  ])(
    'a limit that is $name while 64 members claim lets in as many as it allows, and nobody more',
    async ({ name, before, after, full }) => {
      const slug = `race-${name.replaceAll(' ', '-')}`
      await limit(slug, before)
      const words: string[] = await crowd(slug, 16)
      expect(granted(words)).toBe(16)
      const racing = crowd(slug, 64)
      const said = await limit(slug, after)
      words.push(...(await Promise.all([racing, crowd(slug, 64)])).flat(), ...(await fillUp(slug)))
      expect(words.filter((word) => word !== 'granted' && word !== full)).toEqual([])
      const counted = Number(/(\d+) given/.exec(said)?.[1])
      expect(counted).toBeGreaterThanOrEqual(16)
      expect(granted(words)).toBe(Math.max(counted, (after.total ?? after.per_day)!))
      const { id } = await campaignOf(slug)
      const { rows } = await sql<{ held: number; counting: number }>`
      select (select count(*)::integer from slots where scope ~ ${`^campaign/${id}/(total|day)`}) as held,
        (select count(*)::integer from grants where campaign_id = ${id}) as counting`.execute(services.db)
      expect(rows[0]).toEqual({ held: granted(words), counting: granted(words) })
      expect(await proof()).toEqual([])
    },
  )
})
