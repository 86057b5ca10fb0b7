import { describe, expect, test } from 'vitest'
import { copyCampaign } from '../../src/campaigns/copy.ts'
import { applyPayment } from '../../src/payments/apply-payment.ts'
import { aStock } from '../support/builders.ts'
import { useSpendShop } from './spend-shop.ts'

const shop = useSpendShop()
const { aFile, apply, faultsOf, paid, tap, tier, tiersOf } = shop

describe('a copy', () => {
  const from = new Date('2026-12-01T00:00:00+08:00')
  const copy = (changes: Partial<Parameters<typeof copyCampaign>[2]> = {}) =>
    copyCampaign(shop.services, shop.merchant, { slug: 'spend', newSlug: 'spend-2', from, ...changes })

  test('is a draft with the same rules, whose places are its own, and says that the old one is still open', async () => {
    await apply(aFile({ mode: 'count' }, { limits: { total: 7 } }))
    expect(await copy()).toEqual([
      'campaign spend-2: created as a draft, a copy of spend that counts only what comes from 2026-11-30T16:00:00.000Z on',
      'campaign spend-2: has places of its own under every limit: what spend gave does not count',
      'campaign spend-2: write its file with the new rules, apply it, and publish it',
      'campaign spend: is still open after that, and both give: set its ends_at to 2026-11-30T15:59:59.000Z',
    ])
    expect(await shop.campaign('spend-2')).toMatchObject({
      state: 'draft',
      starts_at: from,
      limits: { total: 7 },
      spend: { mode: 'count', tiers: [tier(5000)] },
      revision: 1,
    })
  })

  test('takes other rules, and old payments earn nothing in it, also on a tap', async () => {
    await apply(aFile())
    const old = await paid()
    await copy()
    const rules = { mode: 'cumulative', window_days: 7, tiers: [tier(6000)] }
    const file = aFile(rules, { slug: 'spend-2', starts_at: from.toISOString() })
    await apply(file)
    await apply(aFile({}, { ends_at: '2026-11-30T23:59:59+08:00' }))
    shop.goTo(from.getTime())
    await applyPayment(shop.services, shop.merchant, old.transactionId)
    expect(await tap(old, 'spend-2')).toMatchObject({ reason: 'not_eligible' })
    await paid({ openid: old.openid })
    expect(await tiersOf(old)).toEqual([5000, 6000])
  })

  test('still knows the coupons that the old one gave, when it gives others', async () => {
    await apply(aFile())
    await copy()
    const other = await aStock(shop.services, shop.merchant)
    const tiers = [{ at_least: 5000, coupons: [{ stock_id: other.stock_id, count: 1 }] }]
    await apply(aFile({ tiers }, { slug: 'spend-2', starts_at: from.toISOString() }))
    shop.goTo(from.getTime())
    await apply(aFile({}, { state: 'ended' }))
    expect(await tiersOf(await paid({ promotions: [{ stock_id: shop.stock.stock_id }] }))).toEqual([])
    expect(await tiersOf(await paid())).toEqual([5000])
  })

  test('cannot be made to start earlier', async () => {
    await apply(aFile())
    await copy()
    const faults = await faultsOf(aFile({}, { slug: 'spend-2' }))
    expect(faults[0]).toContain('starts_at: must not be before 2026-11-30T16:00:00.000Z')
  })

  test('of an ended campaign says nothing of its end', async () => {
    await apply(aFile({}, { state: 'ended' }))
    expect((await copy()).filter((line) => line.startsWith('campaign spend:'))).toEqual([])
  })

  test.each([
    ['of a campaign that is not there', { slug: 'nowhere' }, 'has no campaign nowhere'],
    ['under a slug that is taken', { newSlug: 'spend' }, 'has a campaign spend already'],
    ['under a slug that is none', { newSlug: 'Spend!' }, 'NEW_SLUG: must be up to 40'],
    ['from a time that has passed', { from: new Date('2026-11-23T11:59:59+08:00') }, 'must not lie in the past'],
    ['from its end on', { from: new Date('2026-12-31T23:59:59+08:00') }, 'must be before the end of spend'],
  ])('%s is refused', async (_name, changes, fault) => {
    await apply(aFile())
    await expect(copy(changes)).rejects.toThrow(fault)
  })
})
