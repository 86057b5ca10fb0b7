import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { award } from '../../src/grants/award.ts'
import type { Awarded } from '../../src/grants/awarded.ts'
import type { OwedCoupon } from '../../src/ledger/coupon.ts'
import { openGateRepair } from '../../src/gate/gate-repair.ts'
import type { Limit } from '../../src/ledger/limits/limits.ts'
import { scopeOf } from '../../src/ledger/limits/scopes.ts'
import { memberMark } from '../../src/members/member-mark.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import type { CampaignLimits } from '../../src/plumbing/storage/schema.ts'
import type { Services } from '../../src/services.ts'
import { aCampaign, aMerchant, aStock } from '../support/builders.ts'
import { openTestServices } from '../support/services.ts'
import { clockFromNoon } from '../ledger/noon.ts'

describe.each([{ redis: true }, { redis: false }])('with Redis: $redis', ({ redis }) => {
  let services: Services & AsyncDisposable
  let merchant: Merchant

  beforeAll(async () => {
    services = await openTestServices({ clock: clockFromNoon(), ...(redis ? {} : { redis: false as const }) })
    merchant = await aMerchant(services)
  })
  afterAll(() => services[Symbol.asyncDispose]())

  const campaignWith = async (limits: CampaignLimits) =>
    aCampaign(services, await aStock(services, merchant), { limits })

  function tap(campaign: Campaign, openid: string = randomUUID(), changes: Partial<Parameters<typeof award>[1]> = {}) {
    const { coupons } = campaign
    const at = services.clock.now()
    const wanted = { merchant, campaign, openid, triggerKey: randomUUID(), coupons, at, lease: true, ...changes }
    return award({ ...services, ...with_ }, wanted)
  }
  /** What a test puts in the way of the gate. */
  let with_: Partial<Services> = {}
  const believes = (campaign: Campaign) =>
    services.gate.believes(merchant.id, scopeOf('total', { campaign: campaign.id }))
  const granted = (awarded: Awarded): OwedCoupon => {
    if (awarded.kind !== 'granted') throw new Error(`the award was ${awarded.kind}`)
    return awarded.leased[0] as OwedCoupon
  }
  const refuse = (awarded: Awarded) =>
    services.ledger.settleRefused({ coupon: granted(awarded), reason: 'user_abnormal', at: services.clock.now() })

  /** The ledger gives these places, and the gate does not hear of it. */
  const giveUnheard = (campaign: Campaign, from: number, to: number) =>
    sql`insert into slots (merchant_id, scope, number, grant_id)
      select ${merchant.id}, ${scopeOf('total', { campaign: campaign.id })}, number, gen_random_uuid()
      from generate_series(${from}::integer, ${to}::integer) number`.execute(services.db)

  /** The gate proposes places, and the process is gone before the ledger hears of them. */
  async function dieBetweenGateAndLedger(campaign: Campaign, openid: string, at = services.clock.now()): Promise<void> {
    const { ledger, gate } = services
    const reserve = () => Promise.reject(new Error('this process is dead'))
    with_ = { ledger: { ...ledger, reserve }, gate: { ...gate, giveBack: () => undefined } }
    await expect(tap(campaign, openid, { at })).rejects.toThrow('dead')
    with_ = {}
  }

  test('a member who holds a grant gets the second one that a dead process took with it', async () => {
    const campaign = await campaignWith({ per_member: 2 })
    const openid = 'two-of-two'
    granted(await tap(campaign, openid))
    await dieBetweenGateAndLedger(campaign, openid)
    // What a card or a payment earned asks the ledger at once; a tap does so a moment later.
    granted(await tap(campaign, openid, { lease: false }))
    expect(await tap(campaign, openid)).toMatchObject({ kind: 'turned_away', reason: 'member_limit' })
  })

  test('a member whose coupon was refused is not told of it for ever when the gate did not hear', async () => {
    const campaign = await campaignWith({ per_member: 1 })
    const openid = 'unheard'
    const first = await tap(campaign, openid)
    const { db, clock } = services
    await db
      .updateTable('coupons')
      .set({ state: 'refused', lease_token: null, leased_until: null, settled_at: clock.now() })
      .where('id', '=', granted(first).id)
      .execute()
    await db.deleteFrom('slots').where('grant_id', '=', granted(first).grantId).execute()
    granted(await tap(campaign, openid, { lease: false }))
  })

  test('a place that is given back is offered to the next at once', async () => {
    const campaign = await campaignWith({ total: 3 })
    const all = [await tap(campaign), await tap(campaign), await tap(campaign)]
    expect(await tap(campaign)).toMatchObject({ reason: 'sold_out' })
    await refuse(all[1]!)
    granted(await tap(campaign))
    expect(await tap(campaign)).toMatchObject({ reason: 'sold_out' })
  })

  test('holes that the gate does not know come back after two looks of the repair', async () => {
    const campaign = await campaignWith({ total: 4 })
    const all: Awarded[] = []
    for (let n = 0; n < 4; n += 1) all.push(await tap(campaign))
    await services.db
      .deleteFrom('slots')
      .where(
        'grant_id',
        'in',
        all.slice(1, 3).map((one) => granted(one).grantId),
      )
      .execute()
    expect(await tap(campaign)).toMatchObject({ reason: 'sold_out' })
    const repair = openGateRepair(services)
    await repair.tick()
    expect(await tap(campaign)).toMatchObject({ reason: 'sold_out' })
    await repair.tick()
    await vi.waitFor(async () => expect((await believes(campaign))?.free.toSorted()).toEqual([2, 3]))
    granted(await tap(campaign))
    granted(await tap(campaign))
    expect(await tap(campaign)).toMatchObject({ reason: 'sold_out' })
  })

  test('a lost place comes back although another one is free, before that one is taken too', async () => {
    const campaign = await campaignWith({ total: 2 })
    const first = await tap(campaign)
    await dieBetweenGateAndLedger(campaign, randomUUID())
    await refuse(first)
    await vi.waitFor(async () => expect(await believes(campaign)).toEqual({ high: 2, free: [1] }))
    const repair = openGateRepair(services)
    await repair.tick()
    await repair.tick()
    await vi.waitFor(async () => expect((await believes(campaign))?.free.toSorted()).toEqual([1, 2]))
    granted(await tap(campaign))
    granted(await tap(campaign))
    expect(await tap(campaign)).toMatchObject({ reason: 'sold_out' })
  })

  test('a day that has passed is repaired too: a payment may become known late', async () => {
    const campaign = await campaignWith({ per_day: 1 })
    const yesterday = new Date(services.clock.now().getTime() - 86_400_000)
    const late = () => tap({ ...campaign, starts_at: new Date(0) }, randomUUID(), { at: yesterday, lease: false })
    await dieBetweenGateAndLedger({ ...campaign, starts_at: new Date(0) }, randomUUID(), yesterday)
    await expect(late()).rejects.toThrow('full at the gate and not in the ledger')
    const repair = openGateRepair(services)
    await repair.tick()
    await repair.tick()
    expect(await late()).toMatchObject({ kind: 'granted' })
  })

  test('a gate that is loaded again reads one entry of a campaign, whatever its size', async () => {
    const campaign = await campaignWith({ total: 1_000_000 })
    await giveUnheard(campaign, 1, 5_000)
    granted(await tap(campaign))
    expect(await believes(campaign)).toEqual({ high: 5_001, free: [] })
  })

  test('a changed limit makes the gate forget what it knew of the older one', async () => {
    const campaign = await campaignWith({ total: 2 })
    await tap(campaign)
    await tap(campaign)
    expect(await tap(campaign)).toMatchObject({ reason: 'sold_out' })
    await services.db
      .deleteFrom('slots')
      .where('scope', '=', scopeOf('total', { campaign: campaign.id }))
      .execute()
    const { limits_revision: before } = campaign
    const [limit] = await limitsAt(campaign, before + 1)
    const asking = { merchantId: merchant.id, campaignId: campaign.id, mark: memberMark(merchant, 'anybody') }
    expect(await services.gate.admit(asking, [limit as Limit])).toEqual({ kind: 'admitted', numbers: [[1]] })
  })

  const limitsAt = async (campaign: Campaign, revision: number): Promise<Limit[]> => [
    {
      name: 'total',
      scope: scopeOf('total', { campaign: campaign.id }),
      limit: 2,
      take: 1,
      level: 'campaign',
      stockRef: undefined,
      reason: 'sold_out',
      ttlSeconds: 60,
      revision,
    },
  ]

  /** What is Redis's own. */
  const inRedis = redis ? test : undefined
  inRedis?.('every key of the gate has its time to live', async () => {
    const campaign = await campaignWith({ per_member: 1, per_member_per_day: 1, total: 9, per_day: 9 })
    await refuse(await tap(campaign))
    await tap(campaign)
    const keys = await services.redis!.keys('gate:*')
    expect(keys.length).toBeGreaterThan(6)
    for (const key of keys) expect(await services.redis!.ttl(key), key).toBeGreaterThan(0)
  })

  inRedis?.('a place freed of a scope that Redis has forgotten leaves no key behind', async () => {
    const campaign = await campaignWith({ total: 2 })
    const first = await tap(campaign)
    await services.redis!.flushdb()
    await refuse(first)
    expect((await services.redis!.keys('gate:*')).filter((key) => key.includes(`campaign/${campaign.id}/`))).toEqual([])
  })

  inRedis?.('Redis 1,000 places behind costs each claim two conflicts at most, and gives no place twice', async () => {
    const campaign = await campaignWith({ total: 2_000 })
    const early: Awarded[] = []
    for (let n = 0; n < 12; n += 1) early.push(await tap(campaign))
    for (const one of early.slice(0, 6)) await refuse(one)
    await vi.waitFor(async () => expect(await believes(campaign)).toMatchObject({ high: 12, free: { length: 6 } }))
    await giveUnheard(campaign, 1, 6)
    await giveUnheard(campaign, 13, 1_000)

    const { gate } = services
    const conflicts = Array.from({ length: 32 }, () => 0)
    const late = await Promise.all(
      conflicts.map((_, turn) => {
        const refill: typeof gate.refill = (...scope) => {
          conflicts[turn]! += 1
          return gate.refill(...scope)
        }
        with_ = { gate: { ...gate, refill } }
        return tap(campaign)
      }),
    )
    with_ = {}
    for (const one of late) granted(one)
    expect([1, 2]).toContain(Math.max(...conflicts))
    const places = services.db
      .selectFrom('slots')
      .select('number')
      .where('scope', '=', scopeOf('total', { campaign: campaign.id }))
    expect(await places.execute()).toHaveLength(1_000 + 32)
  })
})
