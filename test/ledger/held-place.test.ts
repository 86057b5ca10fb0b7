import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { award } from '../../src/grants/award.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import type { CampaignLimits } from '../../src/plumbing/storage/schema.ts'
import type { Services } from '../../src/services.ts'
import { aCampaign, aMerchant, aStock } from '../support/builders.ts'
import { openTestServices } from '../support/services.ts'

describe.each([{ redis: true }, { redis: false }])('with Redis: $redis', ({ redis }) => {
  let services: Services & AsyncDisposable
  let merchant: Merchant
  beforeAll(async () => {
    services = await openTestServices(redis ? {} : { redis: false })
    merchant = await aMerchant(services)
  })
  afterAll(() => services[Symbol.asyncDispose]())

  /** What each of them hears, who come one after the other. */
  async function answers(limits: CampaignLimits, openids: string[]): Promise<string[]> {
    const campaign = await aCampaign(services, await aStock(services, merchant), { limits })
    const heard: string[] = []
    for (const openid of openids) {
      const { coupons } = campaign
      const wanted = { merchant, campaign, openid, triggerKey: randomUUID(), coupons, lease: false }
      const awarded = await award(services, { ...wanted, at: services.clock.now() })
      heard.push(awarded.kind === 'turned_away' ? awarded.reason : awarded.kind)
    }
    return heard
  }

  test('of members who come one after the other, each place is one’s alone', async () => {
    const heard = await answers({ total: 3 }, ['a', 'b', 'c', 'd', 'e'])
    expect(heard).toEqual(['granted', 'granted', 'granted', 'sold_out', 'sold_out'])
  })

  test('a member who comes again and again has each of his places once', async () => {
    const heard = await answers({ per_member: 2 }, ['often', 'often', 'often', 'often'])
    expect(heard).toEqual(['granted', 'granted', 'member_limit', 'member_limit'])
  })
})
