import { describe, expect, test } from 'vitest'
import { prove } from '../../src/doctor/proof/proof.ts'
import { useSpendShop } from './spend-shop.ts'

describe.each([{ redis: true }, { redis: false }])(
  'with Redis: $redis, a total that a tier gets later',
  ({ redis }) => {
    const shop = useSpendShop(redis ? {} : { redis: false })
    const { aFile, apply, paid, tier, tiersOf } = shop
    const withTotal = (total: number) => aFile({ tiers: [{ ...tier(5000), total }, tier(8000)] })

    test('counts what the tier gave before, and only that', async () => {
      await apply(aFile({ tiers: [tier(5000), tier(8000)] }))
      for (const total of [6000, 6000, 9000]) await paid({ total })
      expect(await apply(withTotal(3))).toContain(
        'campaign spend: 2 given, 1 left under spend.tiers[at_least 5000].total 3',
      )
      expect(await tiersOf(await paid())).toEqual([5000])
      expect(await tiersOf(await paid())).toEqual([])
      expect(await tiersOf(await paid({ total: 9000 }))).toEqual([8000])
      expect((await prove(shop.services, shop.merchant.slug)).failures).toEqual([])
    })

    test('and that is passed already gives nothing more', async () => {
      await apply(aFile({ tiers: [tier(5000), tier(8000)] }))
      for (const total of [6000, 6000]) await paid({ total })
      expect(await apply(withTotal(1))).toContain(
        'campaign spend: 2 given, 0 left under spend.tiers[at_least 5000].total 1: 1 more than it allows were given before',
      )
      expect(await tiersOf(await paid())).toEqual([])
      expect(await prove(shop.services, shop.merchant.slug)).toMatchObject({ ok: true })
    })
  },
)
