import { describe, expect, test } from 'vitest'
import { type EarningRules, frozenFaults } from '../../src/campaigns/frozen-rules.ts'
import { applyPayment } from '../../src/payments/apply-payment.ts'
import { aStock } from '../support/builders.ts'
import { holdGrants } from '../support/triggers.ts'
import { statementsWait } from '../support/waiting.ts'
import { useSpendShop } from './spend-shop.ts'

const shop = useSpendShop()
const { aFile, apply, faultsOf, paid, tap, tier, tiersOf } = shop

describe('once something was given, an edit by which the same money would earn again', () => {
  const edits: [string, () => object, () => object, string][] = [
    ['another threshold', () => aFile(), () => aFile({ tiers: [tier(5500)] }), 'spend.tiers: the tier of 5000'],
    [
      'a removed tier',
      () => aFile({ tiers: [tier(5000), tier(9000)] }),
      () => aFile(),
      'spend.tiers: the tier of 9000 cannot be changed or removed',
    ],
    [
      'a tier between',
      () => aFile({ tiers: [tier(5000), tier(9000)] }),
      () => aFile({ tiers: [tier(5000), tier(6000), tier(9000)] }),
      'spend.tiers: a tier of 6000 cannot be added below that of 9000',
    ],
    ['another mode', () => aFile(), () => aFile({ mode: 'cumulative' }), 'spend.mode: cannot change from single'],
    ['another basis', () => aFile(), () => aFile({ basis: 'total' }), 'spend.basis: cannot change from payer_total'],
    [
      'another tier rule',
      () => aFile(),
      () => aFile({ tier_rule: 'all' }),
      'spend.tier_rule: cannot change from highest',
    ],
    [
      'orders that were excluded',
      () => aFile(),
      () => aFile({ exclude_orders_using_our_coupons: false }),
      'spend.exclude_orders_using_our_coupons: cannot change from true',
    ],
    [
      'another window',
      () => aFile({ mode: 'cumulative' }),
      () => aFile({ mode: 'cumulative', window_days: 7 }),
      'spend.window_days: cannot change from 30 to 7',
    ],
    [
      'an earlier start',
      () => aFile(),
      () => aFile({}, { starts_at: '2026-10-31T00:00:00+08:00' }),
      'starts_at: cannot become earlier',
    ],
    [
      'another start of all windows',
      () => aFile({ mode: 'cumulative' }),
      () => aFile({ mode: 'cumulative' }, { starts_at: '2026-11-02T00:00:00+08:00' }),
      'starts_at: cannot move to another day',
    ],
  ]

  test.each(edits)('is refused with its field and the way out: %s', async (_name, before, after, fault) => {
    await apply(before())
    const payment = await paid()
    expect(await tiersOf(payment)).toEqual([5000])
    const faults = await faultsOf(after())
    expect(faults).toHaveLength(2)
    expect(faults[0]).toContain(fault)
    expect(faults[1]).toContain(`campaign copy ${shop.merchant.slug} spend NEW_SLUG --from TIME`)
    shop.pass(2_000)
    expect(await tap(payment)).toMatchObject({ status: 'refused', reason: 'already_claimed' })
    expect(await tiersOf(payment)).toEqual([5000])
  })

  test.each(edits)('is taken while nothing was given: %s', async (_name, before, after) => {
    await apply(before())
    expect(await apply(after())).toContain('campaign spend: revision 2')
  })

  test('is refused also while the first grant is being written: it waits for that', async () => {
    await apply(aFile())
    const { db } = shop.services
    await using holding = await holdGrants(db)
    const paying = paid()
    await statementsWait(db)
    const faults = faultsOf(aFile({ basis: 'total' }))
    await statementsWait(db, 2)
    await holding.letGo()
    expect(await tiersOf(await paying)).toEqual([5000])
    expect((await faults)[0]).toContain('spend.basis: cannot change')
  })

  test('names everything that is wrong at once', async () => {
    await apply(aFile())
    await paid()
    const faults = await faultsOf(aFile({ basis: 'total', mode: 'count', tiers: [tier(1)] }))
    expect(faults.map((fault) => fault.split(':')[0])).toEqual([
      'spend.basis',
      'spend.mode',
      'spend.tiers',
      'spend.tiers',
      'for other rules',
    ])
  })
})

describe('once something was given, a harmless edit stays free', () => {
  test.each([
    ['title, rules and end', () => aFile({}, { title: '新', rules: '新', ends_at: '2026-12-01T00:00:00+08:00' })],
    ['limits and state', () => aFile({}, { limits: { total: 5 }, state: 'paused' })],
    ['a later start', () => aFile({}, { starts_at: '2026-11-02T00:00:00+08:00' })],
    ['a hold and a tier’s total', () => aFile({ hold_minutes: 5, tiers: [{ ...tier(5000), total: 9 }] })],
    ['a window where none is counted', () => aFile({ window_days: 7 })],
  ])('%s', async (_name, after) => {
    await apply(aFile())
    const payment = await paid()
    expect(await apply(after())).toContain('campaign spend: revision 2')
    shop.pass(2_000)
    await applyPayment(shop.services, shop.merchant, payment.transactionId)
    expect(await tiersOf(payment)).toEqual([5000])
  })

  test('another coupon in a tier; orders that used the old one stay excluded', async () => {
    await apply(aFile())
    await paid()
    const used = await paid({ promotions: [{ stock_id: shop.stock.stock_id }] })
    expect(await tiersOf(used)).toEqual([])
    const other = await aStock(shop.services, shop.merchant)
    const file = aFile({ tiers: [{ at_least: 5000, coupons: [{ stock_id: other.stock_id, count: 1 }] }] })
    await apply(file)
    expect(await apply(file)).toContain('campaign spend: nothing changed')
    shop.pass(2_000)
    expect(await tap(used)).toMatchObject({ status: 'refused', reason: 'not_eligible' })
  })

  test('a new tier above the highest, which counts only payments made after it', async () => {
    await apply(aFile())
    const before = await paid({ total: 9000 })
    shop.pass(60_000)
    const file = aFile({ tiers: [tier(5000), tier(8000)] })
    const lines = await apply(file)
    const since = new Date(shop.now()).toISOString()
    expect(lines).toContain(`campaign spend: the tier of 8000 counts only payments made from ${since} on`)
    expect(await apply(file)).toContain('campaign spend: nothing changed')
    shop.pass(60_000)
    expect(await tap(before)).toMatchObject({ status: 'refused', reason: 'already_claimed' })
    expect(await tiersOf(before)).toEqual([5000])
    expect(await tiersOf(await paid({ total: 9000 }))).toEqual([8000])
    // A third one counts from its own edit, and the second keeps its time.
    expect(await apply(aFile({ tiers: [tier(5000), tier(8000), tier(9000)] }))).toContain(
      `campaign spend: the tier of 9000 counts only payments made from ${new Date(shop.now()).toISOString()} on`,
    )
    const stored = (await shop.campaign())?.spend?.tiers.map((one) => one.since)
    expect(stored).toEqual([undefined, since, new Date(shop.now()).toISOString()])
  })

  test('a new tier of a sum, which counts only windows that begin after it', async () => {
    const rule = { mode: 'cumulative', window_days: 10 }
    await apply(aFile(rule))
    const before = await paid()
    expect((await apply(aFile({ ...rule, tiers: [tier(5000), tier(8000)] }))).join()).toContain(
      'the tier of 8000 counts only windows of 10 days that begin from 2026-11-23',
    )
    await paid({ openid: before.openid, total: 9000 })
    expect(await tiersOf(before)).toEqual([5000])
    shop.goTo(Date.parse('2026-12-01T00:00:00+08:00'))
    await paid({ openid: before.openid, total: 9000 })
    expect(await tiersOf(before)).toEqual([5000, 8000])
  })

  test('of two operators who change it at once, the second sees what the first did', async () => {
    await apply(aFile())
    await paid()
    const [first, second] = [tier(8000), tier(9000)]
    const done = await Promise.allSettled([
      apply(aFile({ tiers: [tier(5000), first] })),
      apply(aFile({ tiers: [tier(5000), second] })),
    ])
    // The other's tier is not in the second file, and so would be removed.
    expect(done.map((one) => one.status).toSorted()).toEqual(['fulfilled', 'rejected'])
  })
})

describe('of a campaign for cards, once something was given,', () => {
  const rules = (changes: object = {}): EarningRules => ({
    kind: 'card_open',
    starts_at: new Date('2026-11-01T00:00:00+08:00'),
    spend: null,
    ...changes,
  })

  test.each([
    [
      'from new cards to any',
      rules({ cards: 'new' }),
      rules({ cards: 'any' }),
      ['cards: cannot change from new to any'],
    ],
    ['from nothing said to any', rules(), rules({ cards: 'any' }), ['cards: cannot change from new to any']],
    ['from any card to new ones', rules({ cards: 'any' }), rules({ cards: 'new' }), []],
    [
      'to an earlier start',
      rules(),
      rules({ starts_at: new Date('2026-10-01T00:00:00+08:00') }),
      ['starts_at: cannot become earlier'],
    ],
    ['to a later start', rules(), rules({ starts_at: new Date('2026-12-01T00:00:00+08:00') }), []],
  ])('a change %s', (_name, before, after, faults) => {
    expect(frozenFaults(before, after).map(({ field, english }) => `${field}: ${english}`.split(',')[0])).toEqual(
      faults,
    )
  })

  test('a link, which earns by the tap alone, may start earlier', () => {
    expect(frozenFaults(rules({ kind: 'link' }), rules({ kind: 'link', starts_at: new Date(0) }))).toEqual([])
  })
})
