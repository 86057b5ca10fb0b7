import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { award } from '../../src/grants/award.ts'
import type { Awarded } from '../../src/grants/awarded.ts'
import { limitsOf } from '../../src/ledger/limits/limits.ts'
import { AskAgain } from '../../src/plumbing/ask-again.ts'
import { memberMark } from '../../src/members/member-mark.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import type { CampaignLimits } from '../../src/plumbing/storage/schema.ts'
import type { Services } from '../../src/services.ts'
import type { Stock } from '../../src/plumbing/storage/schema/stock.ts'
import { aCampaign, aMerchant, aStock } from '../support/builders.ts'
import { openTestServices } from '../support/services.ts'

/** A member may be turned away by mistake for so long at most. */
const believedAtMostSeconds = 15

describe.each([{ redis: true }, { redis: false }])('with Redis: $redis', ({ redis }) => {
  let services: Services & AsyncDisposable
  let merchant: Merchant
  let stock: Stock

  beforeAll(async () => {
    services = await openTestServices(redis ? {} : { redis: false })
    merchant = await aMerchant(services)
    stock = await aStock(services, merchant)
  })
  afterEach(() => vi.restoreAllMocks())
  afterAll(() => services[Symbol.asyncDispose]())

  type Reserve = Services['ledger']['reserve']
  const withReserve = (reserve: Reserve): Services => ({ ...services, ledger: { ...services.ledger, reserve } })
  const campaignWith = (limits: CampaignLimits) => aCampaign(services, stock, { limits })
  function tap(campaign: Campaign, by: Services = services, changes: object = {}) {
    const { coupons } = campaign
    const wanted = { merchant, campaign, openid: randomUUID(), triggerKey: randomUUID(), coupons, lease: true }
    return award(by, { ...wanted, at: services.clock.now(), ...changes })
  }
  const wordOf = (awarded: Awarded) => (awarded.kind === 'turned_away' ? awarded.reason : awarded.kind)

  test('a claim that the ledger failed leaves its place to the next one', async () => {
    const campaign = await campaignWith({ total: 1 })
    const failing = withReserve(() => Promise.reject(new Error('the database is away')))
    await expect(tap(campaign, failing)).rejects.toThrow('the database is away')
    expect(wordOf(await tap(campaign))).toBe('granted')
  })

  test('a crowd that the ledger failed, at a campaign nobody had asked for yet, leaves every place to the next ones', async () => {
    const campaign = await campaignWith({ total: 24 })
    const failing = withReserve(() => Promise.reject(new Error('the database is away')))
    const crowd = (by: Services) => Promise.allSettled(Array.from({ length: 24 }, () => tap(campaign, by)))
    for (const { status } of await crowd(failing)) expect(status).toBe('rejected')
    for (const one of await crowd(services)) expect(one).toMatchObject({ value: { kind: 'granted' } })
  })

  test('a trigger that was paid before leaves the place that it was offered to the next one', async () => {
    const campaign = await campaignWith({ total: 2 })
    const paid = { openid: 'payer', triggerKey: 'once' }
    expect(wordOf(await tap(campaign, services, paid))).toBe('granted')
    expect(wordOf(await tap(campaign, services, paid))).toBe('existing')
    expect(wordOf(await tap(campaign))).toBe('granted')
    expect(wordOf(await tap(campaign))).toBe('sold_out')
  })

  test('a member whose place was lost between gate and ledger has it back after a quarter of a minute', async () => {
    const campaign = await campaignWith({ per_member: 1 })
    const openid = randomUUID()
    const mark = memberMark(merchant, openid)
    const limits = limitsOf({ campaign, mark, coupons: [], tier: undefined, at: services.clock.now() })
    await services.gate.refill(merchant.id, limits)
    await services.gate.admit({ merchantId: merchant.id, campaignId: campaign.id, mark }, limits)
    // It may still be on its way to the ledger: the member does not hear that they have what they do not have.
    await expect(tap(campaign, services, { openid })).rejects.toThrow(AskAgain)
    await later(limits[0]!.scope)
    expect(wordOf(await tap(campaign, services, { openid }))).toBe('granted')
  })

  /** What is believed of the scope was read a little longer ago than it is believed. */
  async function later(scope: string): Promise<void> {
    const laterMs = (believedAtMostSeconds + 1) * 1_000
    if (!redis) {
      const now = performance.now()
      vi.spyOn(performance, 'now').mockReturnValue(now + laterMs)
      return
    }
    const client = services.redis as Redis
    const key = `gate:{${merchant.id}}:${scope}`
    const [high, revision, read] = (await client.get(key))!.split(':') as [string, string, string]
    await client.set(key, [high, revision, Number(read) - laterMs / 1_000].join(':'), 'KEEPTTL')
  }
})
